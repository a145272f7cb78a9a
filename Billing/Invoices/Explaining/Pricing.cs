namespace BillingCopilot.Billing.Invoices.Explaining;

/// <summary>What a quantity costs by a price. Minor units with fractions; rounding is the caller's.</summary>
public static class Pricing
{
    /// <summary>The tiers that a quantity fills, or the one that it reaches.</summary>
    public static IReadOnlyList<TierPart> Tiers(PriceFacts price, decimal quantity) =>
        price.Volume ? Volume(price.Tiers, quantity) : [.. Graduated(price.Tiers, quantity)];

    /// <summary>The whole; null where the price says neither unit nor tiers.</summary>
    public static decimal? Cost(PriceFacts price, decimal quantity) =>
        price.Tiers.Count > 0 ? Tiers(price, quantity).Sum(t => t.Cost)
        : price.UnitAmount is { } unit ? unit * Sold(price, quantity)
        : null;

    /// <summary>Halves away from zero, as Stripe rounds.</summary>
    public static long Round(decimal minor) => (long)Math.Round(minor, MidpointRounding.AwayFromZero);

    /// <summary>Packages, where pieces are sold by the package.</summary>
    private static decimal Sold(PriceFacts price, decimal quantity) => price.PackageSize is { } size and > 0
        ? price.PackageRoundsUp ? Math.Ceiling(quantity / size) : Math.Floor(quantity / size)
        : quantity;

    private static TierPart[] Volume(IReadOnlyList<TierFacts> tiers, decimal quantity)
    {
        var reached = tiers.Select((tier, index) => (tier, index)).First(t => t.tier.UpTo is null || quantity <= t.tier.UpTo);
        return [new TierPart(reached.index + 1, quantity, reached.tier.UnitAmount, reached.tier.FlatAmount)];
    }

    /// <summary>The first tier always counts, for its flat amount is asked for even when nothing is used.</summary>
    private static IEnumerable<TierPart> Graduated(IReadOnlyList<TierFacts> tiers, decimal quantity)
    {
        var from = 0m;
        for (var i = 0; i < tiers.Count && (i == 0 || quantity > from); i++)
        {
            var upTo = Math.Min(quantity, tiers[i].UpTo ?? quantity);
            yield return new TierPart(i + 1, upTo - from, tiers[i].UnitAmount, tiers[i].FlatAmount);
            from = tiers[i].UpTo ?? quantity;
        }
    }
}
