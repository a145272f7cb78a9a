namespace BillingCopilot.Billing.Disputes;

/// <summary>What contesting costs and by when we want it done: ours to say, since Stripe's API tells neither.</summary>
/// <param name="BusinessDaysBefore">Days from Monday to Friday before the bank's deadline; holidays are not known.</param>
/// <param name="DisputeFee">By currency: kept by Stripe for each dispute of a card payment, whoever wins.</param>
/// <param name="CounteredFee">By currency: taken by Stripe when evidence is handed in, given back when the dispute is won.</param>
public sealed record ContestTerms(int BusinessDaysBefore, IReadOnlyDictionary<string, Money> DisputeFee, IReadOnlyDictionary<string, Money> CounteredFee)
{
    /// <summary>Our own last day to hand evidence in.</summary>
    /// <param name="due">The bank's day.</param>
    public DateOnly HandInBy(DateOnly due)
    {
        var day = due;
        for (var left = BusinessDaysBefore; left > 0;)
        {
            day = day.AddDays(-1);
            left -= day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0 : 1;
        }

        return day;
    }
}
