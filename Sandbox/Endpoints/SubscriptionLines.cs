using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What a subscription's items cost for a period, before discounts and tax.</summary>
internal sealed class SubscriptionLines(UnitOfWork unit, JsonObject subscription, string invoice)
{
    /// <summary>Lines of the running period, or of the invoice that comes <paramref name="next"/>.</summary>
    public List<JsonObject> Period(bool next) => Of(subscription.Rows("items"), next);

    /// <summary>The same for some of the items.</summary>
    public List<JsonObject> Of(IEnumerable<JsonObject> items, bool next) =>
        [.. items.SelectMany(item => Prices.IsMetered(Price(item)) ? Metered(item, next) : [Licensed(item, next)])];

    /// <summary>Usage of the running period alone, where there is any: what a subscription that ends still owes.</summary>
    public List<JsonObject> Usage() =>
        [.. subscription.Rows("items").Where(item => Prices.IsMetered(Price(item)) && Used(item) > 0).SelectMany(item => Metered(item, next: true))];

    /// <summary>A line for the time that costs nothing.</summary>
    public List<JsonObject> Trial() => [.. subscription.Rows("items").Select(item =>
    {
        var line = Line(item, 0, item["quantity"] is null ? 0 : item.Whole("quantity"), 0, "", (item.Whole("current_period_start"), item.Whole("current_period_end")));
        line["description"] = $"Trial period for {Name(Price(item))}";
        return line;
    })];

    private JsonObject Licensed(JsonObject item, bool next)
    {
        var price = Price(item);
        var start = item.Whole(next ? "current_period_end" : "current_period_start");
        var quantity = item.Whole("quantity");
        var end = Cycle.End(price, start, subscription.Whole("billing_cycle_anchor"));
        return Line(item, Prices.Round(Prices.Cost(price, quantity), price.Id("currency")), quantity, Prices.UnitAmount(price), "", (start, end));
    }

    // Billed in arrears: the first invoice has nothing yet, the next one carries the running period.
    private IEnumerable<JsonObject> Metered(JsonObject item, bool next)
    {
        var (price, currency) = (Price(item), Price(item).Id("currency"));
        var period = (Start: item.Whole("current_period_start"), End: item.Whole("current_period_end"));
        var used = next ? Used(item) : 0;
        if (price["tiers"] is not JsonArray || price.Text("tiers_mode") == "volume")
        {
            yield return Line(item, Prices.Round(Prices.Cost(price, used), currency), used, Prices.UnitAmount(price), "", period);
            yield break;
        }

        decimal from = 0;
        foreach (var (tier, number) in price.Rows("tiers").Select((tier, index) => (tier, index + 1)))
        {
            var upTo = tier["up_to"]?.Whole() ?? decimal.MaxValue;
            var quantity = Math.Min(used, upTo) - from;
            if (quantity > 0 || number == 1)
            {
                var each = decimal.Parse(tier.Text("unit_amount_decimal") ?? "0", CultureInfo.InvariantCulture);
                yield return Line(item, Prices.Round(quantity * each, currency) + tier.Whole("flat_amount"), quantity, each, $"Tier {number} ", period);
            }

            from = Math.Min(used, upTo);
        }
    }

    private JsonObject Line(JsonObject item, long amount, decimal quantity, decimal? each, string tier, (long Start, long End) period)
    {
        var price = Price(item);
        return LineItemObject.Create(new LineItemSpec
        {
            Id = unit.NewId("il"),
            Invoice = invoice,
            Amount = amount,
            Currency = price.Id("currency"),
            Description = $"{quantity:0.##} × {Name(price)}{(each is { } unitAmount ? $" ({tier}at {Each(unitAmount, price)} / {price.TextAt("recurring.interval")})" : "")}",
            PeriodStart = period.Start,
            PeriodEnd = period.End,
            Quantity = (long)quantity,
            Price = price.Id(),
            Product = price.Text("product"),
            UnitAmountDecimal = each,
            Subscription = subscription.Id(),
            SubscriptionItem = item.Id(),
        });
    }

    private decimal Used(JsonObject item)
    {
        return unit.Find(Price(item).TextAt("recurring.meter") ?? "") is { } meter
            ? Metering.Used(unit, meter, subscription.Id("customer"), item.Whole("current_period_start"), item.Whole("current_period_end"))
            : 0;
    }

    // The item's inline copy has no tiers.
    private JsonObject Price(JsonObject item) => unit.Find(item["price"]!.AsObject().Id()) ?? item["price"]!.AsObject();

    private string Name(JsonObject price) => unit.Find(price.Text("product") ?? "")?.Text("name") ?? price.Id();

    private static string Each(decimal amount, JsonObject price) => amount == decimal.Truncate(amount)
        ? MoneyText.Of((long)amount, price.Id("currency"))
        : $"{MoneyText.Of(0, price.Id("currency"))[..1]}{(amount / 100).ToString("0.00##", CultureInfo.InvariantCulture)}";
}
