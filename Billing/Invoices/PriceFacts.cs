namespace BillingCopilot.Billing.Invoices;

/// <summary>How something is priced. Amounts are minor units with fractions.</summary>
/// <param name="UnitAmount">A piece; null for tiered prices.</param>
/// <param name="Interval"><c>day</c>, <c>week</c>, <c>month</c>, <c>year</c>; null for a one-off.</param>
/// <param name="Every">How many intervals make a period.</param>
/// <param name="Metered">The quantity is measured usage.</param>
/// <param name="Tiers">Lowest first; empty when there are none.</param>
/// <param name="Volume">The tier that the whole quantity reaches prices all of it; false: each tier its own part.</param>
/// <param name="PackageSize">Pieces sold together; null when sold singly.</param>
/// <param name="PackageRoundsUp">A part of a package counts as one.</param>
public sealed record PriceFacts(
    string Id,
    decimal? UnitAmount,
    string? Interval,
    long Every,
    bool Metered,
    IReadOnlyList<TierFacts> Tiers,
    bool Volume = false,
    long? PackageSize = null,
    bool PackageRoundsUp = true)
{
    /// <summary>
    /// Pieces that cost nothing on their own: up to the end of the leading tiers without a unit price. 0 when none.
    /// </summary>
    public long Included => Tiers.TakeWhile(t => t.UnitAmount == 0 && t.UpTo is not null).Select(t => t.UpTo!.Value).DefaultIfEmpty(0).Last();

    /// <summary>Asked for whatever is used: the first tier's flat amount, where every tier counts.</summary>
    public decimal Minimum => Tiers.Count > 0 && !Volume ? Tiers[0].FlatAmount : 0;
}

/// <summary>One tier of a price.</summary>
/// <param name="UpTo">Last piece of it; null for the rest.</param>
public sealed record TierFacts(long? UpTo, decimal UnitAmount, decimal FlatAmount);

/// <summary>One tax on an invoice.</summary>
/// <param name="Percent">Of the rate, where it is known.</param>
/// <param name="Inclusive">Contained in the prices, so it adds nothing.</param>
public sealed record TaxFacts(string Name, decimal? Percent, bool Inclusive, long Amount);
