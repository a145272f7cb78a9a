using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Changes the items of a subscription and prorates them.</summary>
internal sealed class SubscriptionChange(UnitOfWork unit, JsonObject subscription, Args args)
{
    public const string ItemFields = "l{id price quantity:i deleted:b metadata:m clear_usage:b tax_rates:l discounts:l{coupon promotion_code discount}}";
    public const string ProrationFields = " proration_behavior proration_date:t";

    private static readonly string[] Behaviours = ["create_prorations", "always_invoice", "none"];

    private string Behaviour => args.Text("proration_behavior") ?? "create_prorations";

    /// <summary>True when a change of the interval began a new period, which is billed at once.</summary>
    private bool _restarted;

    /// <summary>Lines of the invoice that is due at once, beside the prorations.</summary>
    public IEnumerable<JsonObject> Lines(string invoice) => _restarted ? new SubscriptionLines(unit, subscription, invoice).Period(next: false) : [];

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

        return _restarted || (changed && Behaviour == "always_invoice");
    }

    private bool Change(Args wanted, Proration proration)
    {
        var items = (JsonArray)subscription["items"]!["data"]!;
        if (wanted.Text("id") is not { } id)
        {
            var added = NewItem(unit, subscription.Id(), wanted, unit.Now, Period(items));
            CurrencyRules.RequireSame(added["price"]!.AsObject(), subscription.Id("currency"));
            if (items.Count > 0 && Rhythm(added) != Rhythm(items[0]!.AsObject()))
            {
                throw ApiError.Invalid("All prices of a subscription must have the same `recurring.interval` and `recurring.interval_count`.", "items[price]");
            }

            items.Add(added);
            Extras(added, wanted);
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
        if (Rhythm(before) != Rhythm(item))
        {
            Restart(items, item, before, proration);
            return true;
        }

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

    /// <summary>Another interval starts a new period now: the old one's rest is credited, the new one billed whole.</summary>
    private void Restart(JsonArray items, JsonObject item, JsonObject before, Proration proration)
    {
        if (items.Count > 1)
        {
            throw ApiError.Invalid("All prices of a subscription must have the same `recurring.interval` and `recurring.interval_count`.", "items[price]");
        }

        Prorate(() => proration.Unused(before));
        if (subscription.Text("status") == "trialing")
        {
            return;
        }

        var now = args.Int("proration_date") ?? unit.Now;
        subscription["billing_cycle_anchor"] = now;
        item["current_period_start"] = now;
        item["current_period_end"] = Cycle.End(item["price"]!.AsObject(), now, now);
        _restarted = true;
    }

    private static string Rhythm(JsonObject item) =>
        item["price"]!.AsObject() is var price ? $"{price.At("recurring.interval_count")} {price.TextAt("recurring.interval")}" : "";

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
            CurrencyRules.RequireSame(replaced["price"]!.AsObject(), subscription.Id("currency"));
            item["price"] = replaced["price"]!.DeepClone();
            item["plan"] = replaced["plan"]!.DeepClone();
        }

        if (wanted.Int("quantity") is { } quantity)
        {
            item["quantity"] = quantity;
        }

        Extras(item, wanted);
    }

    private void Extras(JsonObject item, Args wanted)
    {
        if (wanted.Has("tax_rates"))
        {
            item["tax_rates"] = TaxRateArgs.Read(unit, wanted, "tax_rates", "items[tax_rates]");
        }

        if (wanted.Has("discounts"))
        {
            item["discounts"] = Discounting.Apply(
                unit, wanted, new DiscountPlace(subscription.Id("customer"), subscription.Id(), item.Id()), item["discounts"], "items[discounts]");
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
