using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Changes the items of a subscription and prorates them.</summary>
internal sealed class SubscriptionChange(UnitOfWork unit, JsonObject subscription, Args args)
{
    public const string ItemFields = "l{id price quantity:i deleted:b metadata:m clear_usage:b discounts:l tax_rates:l}";
    public const string ProrationFields = " proration_behavior proration_date:t";

    private static readonly string[] Behaviours = ["create_prorations", "always_invoice", "none"];

    private string Behaviour => args.Text("proration_behavior") ?? "create_prorations";

    /// <summary>Applies <c>items</c>; true when an invoice is due at once.</summary>
    public bool Apply()
    {
        if (!Behaviours.Contains(Behaviour))
        {
            throw ApiError.Invalid($"Invalid proration_behavior: must be one of {string.Join(", ", Behaviours)}", "proration_behavior");
        }

        var at = args.Int("proration_date") ?? unit.Now;
        var changed = false;
        foreach (var wanted in args.Objects("items"))
        {
            changed |= Change(wanted, new Proration(unit, subscription, at));
        }

        return changed && Behaviour == "always_invoice";
    }

    private bool Change(Args wanted, Proration proration)
    {
        var items = (JsonArray)subscription["items"]!["data"]!;
        if (wanted.Text("id") is not { } id)
        {
            var added = NewItem(unit, subscription.Id(), wanted, unit.Now, Period(items));
            items.Add(added);
            Prorate(() => proration.Remaining(added));
            return true;
        }

        var item = items.OfType<JsonObject>().FirstOrDefault(i => i.Id() == id)
            ?? throw ApiError.NotFound("subscription item", id, "items[id]", 400);
        var before = (JsonObject)item.DeepClone();
        if (wanted.Bool("deleted") == true)
        {
            RequireAnother(items);
            items.Remove(item);
            Prorate(() => proration.Unused(before));
            return true;
        }

        Update(item, wanted);
        if (JsonNode.DeepEquals(before["price"]!["id"], item["price"]!["id"]) && before.Whole("quantity") == item.Whole("quantity"))
        {
            return false;
        }

        Prorate(() =>
        {
            proration.Unused(before);
            proration.Remaining(item);
        });
        return true;
    }

    private void Prorate(Action add)
    {
        if (Behaviour != "none" && subscription.Text("status") != "trialing")
        {
            add();
        }
    }

    private void Update(JsonObject item, Args wanted)
    {
        if (wanted.Text("price") is not null)
        {
            var replaced = NewItem(unit, subscription.Id(), wanted, item.Whole("created"), (item.Whole("current_period_start"), item.Whole("current_period_end")));
            if (replaced["price"]!.AsObject().TextAt("recurring.interval") != item["price"]!.AsObject().TextAt("recurring.interval"))
            {
                throw ApiError.Invalid("The sandbox does not change the billing interval of a subscription item; cancel and create a subscription instead.", "items[price]");
            }

            item["price"] = replaced["price"]!.DeepClone();
            item["plan"] = replaced["plan"]!.DeepClone();
        }

        if (wanted.Int("quantity") is { } quantity)
        {
            item["quantity"] = quantity;
        }

        Metadata.Merge(item, wanted);
    }

    public static JsonObject NewItem(UnitOfWork unit, string subscription, Args wanted, long created, (long Start, long End)? period)
    {
        var id = wanted.Required("price");
        var price = unit.Find(id) is { } found && found.Text("object") == "price" ? found : throw ApiError.NotFound("price", id, "items[price]", 400);
        if (price["recurring"] is null)
        {
            throw ApiError.Invalid("The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.", "items[price]");
        }

        var (start, end) = period ?? (created, Cycle.End(price, created, created));
        var item = SubscriptionObject.Item(subscription, new SubscriptionItemSpec
        {
            Id = unit.NewId("si"),
            Created = created,
            Price = price,
            Quantity = Prices.IsMetered(price) ? null : wanted.Int("quantity") ?? 1,
            CurrentPeriodStart = start,
            CurrentPeriodEnd = end,
        });
        item["metadata"] = Metadata.From(wanted);
        return item;
    }

    private static (long, long)? Period(JsonArray items) =>
        items.OfType<JsonObject>().FirstOrDefault() is { } first ? (first.Whole("current_period_start"), first.Whole("current_period_end")) : null;

    private static void RequireAnother(JsonArray items)
    {
        if (items.Count == 1)
        {
            throw ApiError.Invalid("A subscription must have at least one active plan. In order to cancel a subscription, please use the cancel API endpoint.", "items");
        }
    }
}
