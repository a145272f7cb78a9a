using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>
/// Credits unused time and charges remaining time, to the second, as pending invoice items: a credit of what was billed,
/// a charge of what is billed now. Their amounts are net of discounts (proration_discounts `included`), or gross with
/// the discounts beside them (`itemized`): https://docs.stripe.com/changelog/clover/2025-09-30/itemize-proration-discount-amounts.
/// </summary>
internal sealed class Proration(UnitOfWork unit, JsonObject subscription, long at)
{
    /// <summary>The credit for what an item still had to run.</summary>
    public void Unused(JsonObject item) => Add(item, -1, "Unused time on", Billed(item) ?? Net(item));

    /// <summary>The charge for what an item has to run.</summary>
    public void Remaining(JsonObject item) => Add(item, 1, "Remaining time on", Net(item));

    private void Add(JsonObject item, int sign, string words, PeriodCost whole)
    {
        var price = unit.Find(item["price"]!.AsObject().Id()) ?? item["price"]!.AsObject();
        if (Prices.IsMetered(price))
        {
            return;
        }

        var (start, end) = (item.Whole("current_period_start"), item.Whole("current_period_end"));
        var left = Math.Clamp(end - at, 0, end - start);
        var quantity = item["quantity"] is null ? 1 : item.Whole("quantity");
        var net = Part(whole.Net);
        List<(string Discount, long Amount)> off = [.. whole.Off.Select(taken => (taken.Discount, Amount: Part(taken.Amount)))];
        var itemized = subscription.TextAt("billing_mode.flexible.proration_discounts") == "itemized";
        var made = unit.Put(InvoiceItemObject.Create(new InvoiceItemSpec
        {
            Id = unit.NewId("ii"),
            Date = at,
            Customer = subscription.Id("customer"),
            Amount = itemized ? net + off.Sum(taken => taken.Amount) : net,
            NetAmount = net,
            Currency = price.Id("currency"),
            Description = $"{words} {Label(price, quantity)} after {DateTimeOffset.FromUnixTimeSeconds(at):dd MMM yyyy}",
            Subscription = subscription.Id(),
            SubscriptionItem = item.Id(),
            Proration = true,
            ProrationDiscounts = IsFlexible ? [.. off.Select(taken => itemized ? taken : (taken.Discount, 0))] : [],
            Quantity = quantity,
            Price = price.Id(),
            Product = price.Text("product"),
            UnitAmountDecimal = Prices.UnitAmount(price),
            PeriodStart = at,
            PeriodEnd = end,
        }));
        unit.Raise("invoiceitem.created", made.Id());

        long Part(decimal amount) => sign * Prices.Round(amount * left / (end - start), price.Id("currency"));
    }

    private bool IsFlexible => subscription.TextAt("billing_mode.type") == "flexible";

    /// <summary>What the running period of an item was billed at; null when its price came later than the bill.</summary>
    private PeriodCost? Billed(JsonObject item)
    {
        var line = unit.Where("invoice", "parent.subscription_details.subscription", subscription.Id())
            .Where(invoice => invoice.Text("status") is not ("draft" or "void"))
            .SelectMany(invoice => invoice.Rows("lines"))
            .LastOrDefault(line => line.TextAt("parent.subscription_item_details.subscription_item") == item.Id() && IsWhole(line, item));
        return line is null ? null : PeriodCost.Of(line.Whole("amount"), [line]);
    }

    private static bool IsWhole(JsonObject line, JsonObject item) =>
        line.TextAt("pricing.price_details.price") == item["price"]!.AsObject().Id()
        && line["quantity"]?.Whole() == item["quantity"]?.Whole()
        && line["period"]!["start"]!.Whole() == item.Whole("current_period_start")
        && line["period"]!["end"]!.Whole() == item.Whole("current_period_end");

    /// <summary>What a period of an item costs with the discounts in force; a fixed amount off is shared with the other items.</summary>
    private PeriodCost Net(JsonObject item)
    {
        var price = unit.Find(item["price"]!.AsObject().Id()) ?? item["price"]!.AsObject();
        var cost = Prices.Cost(price, item["quantity"] is null ? 1 : item.Whole("quantity"));
        var scratch = unit.Scratch();
        var discounts = SubscriptionDiscounts.InForce(scratch, subscription, at);
        if (discounts.Count == 0)
        {
            return new PeriodCost(cost, []);
        }

        var lines = new SubscriptionLines(scratch, subscription, "").Of([item, .. subscription.Rows("items").Where(other => other.Id() != item.Id())], next: false);
        InvoicePricing.Apply(lines, discounts, _ => [], null);
        var net = PeriodCost.Of(cost, lines.Where(line => line.TextAt("parent.subscription_item_details.subscription_item") == item.Id()));
        scratch.RollBack();
        return net;
    }

    private string Label(JsonObject price, long quantity)
    {
        var name = unit.Find(price.Text("product") ?? "")?.Text("name") ?? price.Text("nickname") ?? price.Id();
        return quantity == 1 ? name : $"{quantity} × {name}";
    }
}
