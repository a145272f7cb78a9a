namespace BillingCopilot.Billing.Disputes;

/// <summary>How the disputes ended that we contested.</summary>
/// <param name="Won">Decided for us.</param>
/// <param name="Lost">Decided against us.</param>
/// <param name="NotContested">Ended without evidence of ours: accepted, let lapse or withdrawn. They say nothing about our evidence.</param>
public sealed record DisputeOdds(int Won, int Lost, int NotContested = 0)
{
    /// <summary>Fewer decided disputes than this say nothing about the next one.</summary>
    public const int Least = 10;

    public int Decided => Won + Lost;

    /// <summary>Share won, 0 to 1; null while there is not enough history.</summary>
    public decimal? Rate => Decided < Least ? null : (decimal)Won / Decided;

    /// <summary>The share as whole per cent.</summary>
    public int? Percent => Rate is { } rate ? (int)Math.Round(rate * 100, MidpointRounding.AwayFromZero) : null;

    /// <summary>In words, with the numbers behind it.</summary>
    public string Says => Percent is { } percent
        ? $"{percent} %: {Won} of {Decided} contested disputes won."
        : $"Not enough history: {Decided} contested and decided, and fewer than {Least} are too few to tell.";

    /// <param name="ended">Stripe's <c>status</c> of each dispute, and whether evidence was ever handed in; inquiries and open ones do not count.</param>
    public static DisputeOdds Of(IEnumerable<(string Status, bool Contested)> ended)
    {
        ArgumentNullException.ThrowIfNull(ended);
        var all = ended.Where(d => d.Status is "won" or "lost").ToList();
        return new DisputeOdds(all.Count(d => d is { Status: "won", Contested: true }), all.Count(d => d is { Status: "lost", Contested: true }), all.Count(d => !d.Contested));
    }
}
