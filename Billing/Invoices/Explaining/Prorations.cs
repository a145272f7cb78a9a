namespace BillingCopilot.Billing.Invoices.Explaining;

/// <summary>Works prorations out again: the part of a period's price for the seconds that were left of it.</summary>
public static class Prorations
{
    /// <summary>How a proration comes about; null where its line has no price.</summary>
    /// <param name="all">Every proration line there is, to find the other side of a change.</param>
    /// <param name="history">Lines of earlier invoices, which know the whole period.</param>
    public static ProrationWorking? Work(InvoiceLineFacts line, string currency, IReadOnlyCollection<InvoiceLineFacts> all, IReadOnlyCollection<InvoiceLineFacts> history)
    {
        if (FullPrice(line) is not { } full || Period(line, history) is not { } period)
        {
            return null;
        }

        var part = (decimal)(line.PeriodEnd - line.PeriodStart).TotalSeconds / (decimal)(period.End - period.Start).TotalSeconds;
        var other = all.FirstOrDefault(l => IsOtherSide(line, l));
        return new ProrationWorking(
            Days(line.PeriodStart, line.PeriodEnd),
            Days(period.Start, period.End),
            new Money(Pricing.Round(full), currency),
            other is not null && FullPrice(other) is { } price ? new Money(Pricing.Round(price), currency) : null,
            other?.Name,
            new Money(Pricing.Round(full * part) * Sign(line), currency));
    }

    /// <summary>The other half of the same change: the same item and moment, the other sign.</summary>
    public static bool IsOtherSide(InvoiceLineFacts line, InvoiceLineFacts other) =>
        other != line && other.Proration && Sign(other) != Sign(line)
        && other.SubscriptionItemId is not null && other.SubscriptionItemId == line.SubscriptionItemId
        && other.PeriodStart == line.PeriodStart;

    /// <summary>A credit is negative; of a free item its words would say, its amount can't.</summary>
    private static int Sign(InvoiceLineFacts line) => line.Amount < 0 ? -1 : 1;

    /// <summary>Minor units of a whole period, with fractions.</summary>
    public static decimal? FullPrice(InvoiceLineFacts line) =>
        line.Price is { } price && line.Quantity is { } quantity && Pricing.Cost(price, quantity) is { } cost ? cost
        : line.UnitAmount * line.Quantity;

    /// <summary>
    /// The whole period that a proration is part of: as a line that bills it says, else counted back from its end
    /// by the price's interval.
    /// </summary>
    public static (DateTimeOffset Start, DateTimeOffset End)? Period(InvoiceLineFacts line, IReadOnlyCollection<InvoiceLineFacts> history)
    {
        var whole = history.Where(l => !l.Proration && !l.Metered && l.PeriodEnd == line.PeriodEnd && l.PeriodStart <= line.PeriodStart && l.PeriodStart < l.PeriodEnd)
            .OrderByDescending(l => line.Credits.Contains(l.Id)).ThenByDescending(l => l.SubscriptionItemId == line.SubscriptionItemId)
            .FirstOrDefault();
        return whole is not null ? (whole.PeriodStart, whole.PeriodEnd)
            : line.Price is { Interval: { } interval } price ? (Back(line.PeriodEnd, interval, price.Every), line.PeriodEnd)
            : null;
    }

    private static DateTimeOffset Back(DateTimeOffset end, string interval, long every) => interval switch
    {
        "day" => end.AddDays(-every),
        "week" => end.AddDays(-7 * every),
        "year" => end.AddYears((int)-every),
        _ => end.AddMonths((int)-every),
    };

    private static int Days(DateTimeOffset from, DateTimeOffset to) => (int)Math.Round((to - from).TotalDays, MidpointRounding.AwayFromZero);
}
