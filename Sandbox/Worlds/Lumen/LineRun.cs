using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Makes the lines of one invoice of a subscription.</summary>
internal sealed class LineRun(CustomerRun customer, SubscriptionRun subscription, string invoice, long at)
{
    /// <summary>Waiting prorations first, then (on a renewal) the usage of the period before and the period to come.</summary>
    public List<JsonObject> All(bool renewal)
    {
        var lines = Prorations();
        if (renewal && subscription.OnTrial)
        {
            lines.AddRange(subscription.Items.Select(Trial));
        }
        else if (renewal)
        {
            lines.AddRange(subscription.Items.Where(item => item.Metered && !subscription.IsFirstPeriod).SelectMany(Metered));
            lines.AddRange(subscription.Items.Where(item => !item.Metered && !subscription.BillsUsageOnly).Select(Licensed));
        }

        return lines;
    }

    private List<JsonObject> Prorations()
    {
        var lines = new List<JsonObject>();
        foreach (var pending in subscription.Pending)
        {
            pending.InvoiceItem["invoice"] = invoice;
            lines.Add(Finish(pending.Line));
        }

        subscription.Pending.Clear();
        return lines;
    }

    private JsonObject Trial(ItemRun item) => Finish(Base(item) with
    {
        Description = $"Trial period for {Name(item)}",
        PeriodStart = subscription.Period.Start,
        PeriodEnd = subscription.Period.End,
        Quantity = item.Quantity ?? 0,
        UnitAmountDecimal = 0,
    });

    private JsonObject Licensed(ItemRun item)
    {
        var line = Finish(Base(item) with
        {
            Amount = item.Amount,
            Description = $"{item.Quantity} × {Name(item)} (at {Unit(item.Price.Whole("unit_amount"))} / {Interval(item)})",
            PeriodStart = subscription.Period.Start,
            PeriodEnd = subscription.Period.End,
            Quantity = item.Quantity,
            UnitAmountDecimal = item.Price.Whole("unit_amount"),
        });
        item.CurrentLine = line.Id();
        return line;
    }

    /// <summary>One line a tier, as Stripe bills graduated prices; the first tier always shows.</summary>
    private List<JsonObject> Metered(ItemRun item)
    {
        var lines = new List<JsonObject>();
        var used = subscription.UsageBefore(item);
        var from = 0L;
        foreach (var (tier, number) in item.Price.Rows("tiers").Select((tier, index) => (tier, index + 1)))
        {
            var upTo = tier["up_to"] is null ? long.MaxValue : tier.Whole("up_to");
            var quantity = Math.Min(used, upTo) - from;
            if (quantity > 0 || number == 1)
            {
                lines.Add(MeteredTier(item, number, quantity, decimal.Parse(tier.Id("unit_amount_decimal"), CultureInfo.InvariantCulture)));
            }

            from = Math.Min(used, upTo);
        }

        return lines;
    }

    private JsonObject MeteredTier(ItemRun item, int number, long quantity, decimal unitAmount) => Finish(Base(item) with
    {
        Amount = Amounts.Round(quantity * unitAmount),
        Description = $"{quantity} × {Name(item)} (Tier {number} at {TierUnit(unitAmount)} / {Interval(item)})",
        PeriodStart = subscription.PreviousStart,
        PeriodEnd = subscription.Period.Start,
        Quantity = quantity,
        UnitAmountDecimal = unitAmount,
    });

    private LineItemSpec Base(ItemRun item) => new()
    {
        Id = "",
        Invoice = invoice,
        Amount = 0,
        Currency = subscription.Currency,
        PeriodStart = at,
        PeriodEnd = at,
        Price = item.Price.Id(),
        Product = item.Price.Id("product"),
        Subscription = subscription.Id,
        SubscriptionItem = item.Id,
    };

    /// <summary>Takes the discount in force, then the tax on what is left.</summary>
    private JsonObject Finish(LineItemSpec line)
    {
        var off = line.Proration || subscription.Applied is null ? 0 : Amounts.Percent(line.Amount, Percent(subscription.Applied));
        var taxable = line.Amount - off;
        return LineItemObject.Create(line with
        {
            Id = customer.Ids.Next("il", at),
            Invoice = invoice,
            Discounts = off == 0 ? [] : [(subscription.Applied!.Id(), off)],
            Taxes = customer.TaxRate is { } rate
                ? [new TaxSpec(Amounts.Percent(taxable, rate["percentage"]!.GetValue<decimal>()), taxable, rate.Id())]
                : [],
            Metadata = subscription.Script.Metadata,
        });
    }

    private decimal Percent(JsonObject discount) =>
        customer.Books.Catalogue.Coupon(discount["source"]!.AsObject().Id("coupon"))["percent_off"]!.GetValue<decimal>();

    private string Name(ItemRun item) => customer.Books.Catalogue.Product(item.Price).Id("name");

    private static string Interval(ItemRun item) => item.Price["recurring"]!.AsObject().Id("interval");

    private string Unit(long amount) => Amounts.Text(amount, subscription.Currency);

    private string TierUnit(decimal amount) =>
        (subscription.Currency == "eur" ? "€" : "$") + (amount / 100).ToString("0.00##", CultureInfo.InvariantCulture);
}
