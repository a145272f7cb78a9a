namespace BillingCopilot.Billing.Subscriptions;

/// <summary>One recurring price of a subscription.</summary>
/// <param name="Unit">For one piece and one interval, without tax.</param>
/// <param name="Interval"><c>day</c>, <c>week</c>, <c>month</c> or <c>year</c>.</param>
/// <param name="Every">How many intervals make a period: 3 months.</param>
public sealed record RecurringAmount(Money Unit, long Quantity, string Interval, long Every);

/// <summary>Recurring revenue per month, without tax, discounts, usage and one-offs.</summary>
public static class Mrr
{
    /// <summary>
    /// The sum per month, rounded once, half away from zero. Null when there is nothing fixed to add. A year has
    /// 12 months, 52 weeks and 365 days. Throws on amounts of different currencies.
    /// </summary>
    public static Money? Of(IReadOnlyCollection<RecurringAmount> amounts)
    {
        if (amounts.Count == 0)
        {
            return null;
        }

        var currency = amounts.First().Unit.Currency;
        var sum = amounts.Sum(a => a.Unit.Currency == currency
            ? (decimal)a.Unit.AmountMinor * a.Quantity * PerYear(a.Interval) / (12m * a.Every)
            : throw new InvalidOperationException($"Amounts in {currency} and {a.Unit.Currency} cannot be combined without a stated rate."));
        return new Money((long)Math.Round(sum, MidpointRounding.AwayFromZero), currency);
    }

    private static int PerYear(string interval) => interval switch
    {
        "day" => 365,
        "week" => 52,
        "month" => 12,
        "year" => 1,
        _ => throw new ArgumentException($"'{interval}' is no billing interval; allowed: day, week, month, year.", nameof(interval)),
    };
}
