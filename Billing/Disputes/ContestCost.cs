namespace BillingCopilot.Billing.Disputes;

/// <summary>A movement that a dispute made on our balance.</summary>
/// <param name="Amount">Taken (negative) or given back.</param>
/// <param name="Fee">Kept by Stripe; negative when it came back.</param>
public sealed record DisputeMovement(Money Amount, Money Fee);

/// <summary>
/// What a dispute costs: first what the movements on our own balance say, since fees differ by country and contract, then
/// what the policy gives. What neither says is not known.
/// </summary>
/// <param name="Taken">What was taken for this dispute so far, less what came back; null for an inquiry, which takes nothing.</param>
/// <param name="Fee">What was kept for this dispute, whoever wins.</param>
/// <param name="UsualFee">What a dispute in this currency costs; null when it is not known.</param>
/// <param name="CounteredFee">What contesting costs on top, given back when the dispute is won; null when it is not known.</param>
/// <param name="Currency">In which the fees are taken.</param>
public sealed record ContestCost(Money? Taken, Money? Fee, Money? UsualFee, Money? CounteredFee, string Currency)
{
    /// <summary>True where only the policy says what a dispute costs.</summary>
    public bool FeeByPolicy { get; init; }

    /// <param name="own">Movements of this dispute.</param>
    /// <param name="others">Movements of other disputes.</param>
    /// <param name="currency">Of the disputed charge.</param>
    /// <param name="terms">Null where the policy gives none, and for what is no card payment: the fees are those of cards.</param>
    public static ContestCost Of(IReadOnlyList<DisputeMovement> own, IEnumerable<DisputeMovement> others, string currency, ContestTerms? terms = null)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(others);
        var paidIn = own.Count == 0 ? currency : own[0].Fee.Currency;
        var usual = others
            .Where(m => m.Fee.Currency == paidIn && m.Fee.AmountMinor > 0)
            .Select(m => m.Fee.AmountMinor).Order().ToList();
        return new ContestCost(
            own.Count == 0 ? null : new Money(-own.Sum(m => m.Amount.AmountMinor), own[0].Amount.Currency),
            own.Count == 0 ? null : new Money(own.Sum(m => m.Fee.AmountMinor), paidIn),
            usual.Count == 0 ? Find(terms?.DisputeFee, paidIn) : new Money(usual[usual.Count / 2], paidIn),
            Find(terms?.CounteredFee, paidIn),
            paidIn) { FeeByPolicy = usual.Count == 0 && Find(terms?.DisputeFee, paidIn) is not null };
    }

    private static Money? Find(IReadOnlyDictionary<string, Money>? fees, string currency) =>
        fees is not null && fees.TryGetValue(currency, out var fee) ? fee : null;
}
