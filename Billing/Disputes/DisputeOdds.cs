namespace BillingCopilot.Billing.Disputes;

/// <summary>How our own disputes ended.</summary>
/// <param name="Won">Decided for us.</param>
/// <param name="Lost">Decided against us, or not answered.</param>
public sealed record DisputeOdds(int Won, int Lost)
{
    /// <summary>Fewer decided disputes than this say nothing about the next one.</summary>
    public const int Least = 10;

    public int Decided => Won + Lost;

    /// <summary>Share won, 0 to 1; null while there is not enough history.</summary>
    public decimal? Rate => Decided < Least ? null : (decimal)Won / Decided;

    /// <param name="statuses">Stripe's <c>status</c> of each dispute; inquiries and open ones do not count.</param>
    public static DisputeOdds Of(IEnumerable<string> statuses)
    {
        ArgumentNullException.ThrowIfNull(statuses);
        var all = statuses.ToList();
        return new DisputeOdds(all.Count(s => s == "won"), all.Count(s => s == "lost"));
    }
}
