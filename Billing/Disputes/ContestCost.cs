namespace BillingCopilot.Billing.Disputes;

/// <summary>A movement that a dispute made on our balance.</summary>
/// <param name="Amount">Taken (negative) or given back.</param>
/// <param name="Fee">Kept by Stripe; negative when it came back.</param>
public sealed record DisputeMovement(Money Amount, Money Fee);

/// <summary>What a dispute costs, read from the movements that disputes made on our own balance: fees differ by country and contract.</summary>
/// <param name="Taken">What was taken for this dispute so far, less what came back; null for an inquiry, which takes nothing.</param>
/// <param name="Fee">What was kept for this dispute, whoever wins.</param>
/// <param name="UsualFee">What other disputes in this currency cost; null when there was none.</param>
public sealed record ContestCost(Money? Taken, Money? Fee, Money? UsualFee)
{
    /// <param name="own">Movements of this dispute.</param>
    /// <param name="others">Movements of other disputes.</param>
    /// <param name="currency">Of the disputed charge.</param>
    public static ContestCost Of(IReadOnlyList<DisputeMovement> own, IEnumerable<DisputeMovement> others, string currency)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(others);
        var usual = others
            .Where(m => m.Fee.Currency == currency && m.Fee.AmountMinor > 0)
            .Select(m => m.Fee.AmountMinor).Order().ToList();
        return new ContestCost(
            own.Count == 0 ? null : new Money(-own.Sum(m => m.Amount.AmountMinor), own[0].Amount.Currency),
            own.Count == 0 ? null : new Money(own.Sum(m => m.Fee.AmountMinor), own[0].Fee.Currency),
            usual.Count == 0 ? null : new Money(usual[usual.Count / 2], currency));
    }
}
