using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What a subscription's items cost for a period, with discounts and tax.</summary>
internal sealed class SubscriptionLines(UnitOfWork unit, JsonObject subscription, string invoice)
{
    /// <summary>Lines of the running period, or of the invoice that comes <paramref name="next"/>.</summary>
    public List<JsonObject> Period(bool next) =>
        [.. subscription.Rows("items").SelectMany(item => Prices.IsMetered(Price(item)) ? Metered(item, next) : [Licensed(item, next)])];

    private JsonObject Licensed(JsonObject item, bool next)
    {
        var price = Price(item);
        var start = item.Whole(next ? "current_period_end" : "current_period_start");
        var quantity = item.Whole("quantity");
        return Line(item, Prices.Round(Prices.Cost(price, quantity)), quantity, Prices.UnitAmount(price), "", (start, Prices.PeriodEnd(price, start)));
    }

    // Billed in arrears: the first invoice has nothing yet, the next one carries the running period.
    private IEnumerable<JsonObject> Metered(JsonObject item, bool next)
    {
        var period = (Start: item.Whole("current_period_start"), End: item.Whole("current_period_end"));
        var used = next ? Usage(item, period.Start, period.End) : 0;
        if (Price(item)["tiers"] is not JsonArray)
        {
            yield return Line(item, Prices.Round(Prices.Cost(Price(item), used)), used, Prices.UnitAmount(Price(item)), "", period);
            yield break;
        }

        decimal from = 0;
        foreach (var (tier, number) in Price(item).Rows("tiers").Select((tier, index) => (tier, index + 1)))
        {
            var upTo = tier["up_to"]?.Whole() ?? decimal.MaxValue;
            var quantity = Math.Min(used, upTo) - from;
            if (quantity > 0 || number == 1)
            {
                var each = decimal.Parse(tier.Id("unit_amount_decimal"), CultureInfo.InvariantCulture);
                yield return Line(item, Prices.Round(quantity * each) + tier.Whole("flat_amount"), quantity, each, $"Tier {number} ", period);
            }

            from = Math.Min(used, upTo);
        }
    }

    private JsonObject Line(JsonObject item, long amount, decimal quantity, decimal? each, string tier, (long Start, long End) period)
    {
        var price = Price(item);
        var off = Discounts(amount, period.Start);
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
            Discounts = off,
            Taxes = Taxes.Of(amount - off.Sum(o => o.Amount), subscription["default_tax_rates"]),
        });
    }

    /// <summary>Percentages in force at <paramref name="at"/>; a coupon that lasts once is spent after its first period.</summary>
    private List<(string Discount, long Amount)> Discounts(long amount, long at) =>
        [.. (subscription["discounts"] as JsonArray ?? [])
            .Select(d => unit.Find((string)d!))
            .OfType<JsonObject>()
            .Where(d => d["end"] is null || d.Whole("end") > at)
            .Select(d => (Discount: d, Coupon: unit.Find(d.TextAt("source.coupon") ?? "")))
            .Where(p => p.Coupon?["percent_off"] is not null)
            .Where(p => p.Coupon!.Text("duration") != "once" || p.Discount.Whole("start") >= subscription.Rows("items").First().Whole("current_period_start"))
            .Select(p => (p.Discount.Id(), Prices.Round(amount * decimal.Parse(p.Coupon!["percent_off"]!.ToString(), CultureInfo.InvariantCulture) / 100)))];

    private decimal Usage(JsonObject item, long from, long to)
    {
        var meter = Price(item).TextAt("recurring.meter");
        var name = meter is null ? null : unit.Find(meter)?.Text("event_name");
        return unit.Where("billing.meter_event", "payload.stripe_customer_id", subscription.Id("customer"))
            .Where(e => e.Text("event_name") == name)
            .Where(e => e.Whole("timestamp") >= from && e.Whole("timestamp") < to)
            .Sum(e => decimal.TryParse(e.TextAt("payload.value"), NumberStyles.Number, CultureInfo.InvariantCulture, out var value) ? value : 0);
    }

    // The item's inline copy has no tiers.
    private JsonObject Price(JsonObject item) => unit.Find(item["price"]!.AsObject().Id()) ?? item["price"]!.AsObject();

    private string Name(JsonObject price) => unit.Find(price.Text("product") ?? "")?.Text("name") ?? price.Id();

    private static string Each(decimal amount, JsonObject price) => amount == decimal.Truncate(amount)
        ? MoneyText.Of((long)amount, price.Id("currency"))
        : $"{MoneyText.Of(0, price.Id("currency"))[..1]}{(amount / 100).ToString("0.00##", CultureInfo.InvariantCulture)}";
}
