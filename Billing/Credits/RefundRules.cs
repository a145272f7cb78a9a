namespace BillingCopilot.Billing.Credits;

/// <summary>What the rules need to know of a charge that is to be refunded. Minor units.</summary>
/// <param name="Status">Stripe's: succeeded, pending, failed.</param>
/// <param name="Refunded">Already refunded.</param>
/// <param name="CreditedToBalance">Of the invoice it pays, already given back as customer balance.</param>
/// <param name="PaidBackOutOfBand">Likewise by bank transfer or in cash, as credit notes record it.</param>
/// <param name="Disputed">Was ever disputed.</param>
public sealed record RefundableCharge(string Status, Money Amount, long Refunded, long CreditedToBalance, long PaidBackOutOfBand, bool Disputed)
{
    /// <summary>What may still be refunded. Money given back as customer balance or outside Stripe is not given back again.</summary>
    public Money Remaining => Amount with { AmountMinor = Math.Max(0, Amount.AmountMinor - Refunded - CreditedToBalance - PaidBackOutOfBand) };
}

/// <summary>How much of a charge may be refunded.</summary>
public static class RefundRules
{
    /// <summary>The amount to refund (everything left when none is given), or why not, with the figures.</summary>
    public static Outcome<Money> Plan(RefundableCharge charge, Money? amount)
    {
        ArgumentNullException.ThrowIfNull(charge);
        return Unfit(charge, amount) is { } refusal ? refusal : amount ?? charge.Remaining;
    }

    private static Refusal? Unfit(RefundableCharge charge, Money? amount) => charge switch
    {
        { Status: not "succeeded" } => new("charge_not_succeeded", $"The charge is {charge.Status}: no money was taken."),
        { Disputed: true } => new("charge_disputed", "The charge is disputed: the card network may already be giving the money back.", "Answer the dispute instead."),
        { Remaining.AmountMinor: 0 } => new("charge_already_refunded", $"The charge of {charge.Amount} was already given back in full{Elsewhere(charge)}."),
        _ => amount is { } asked ? Unfit(charge, asked) : null,
    };

    private static Refusal? Unfit(RefundableCharge charge, Money asked)
    {
        if (asked.Currency != charge.Amount.Currency)
        {
            return new Refusal(
                "currency_mismatch",
                $"The charge is in {charge.Amount.Currency.ToUpperInvariant()}, the amount in {asked.Currency.ToUpperInvariant()}.",
                $"Give the amount in {charge.Amount.Currency.ToUpperInvariant()}.");
        }

        return asked.AmountMinor <= 0
            ? new Refusal("invalid_amount", $"A refund must be more than zero; {asked} is not.", "Give a positive amount.")
            : asked.AmountMinor > charge.Remaining.AmountMinor
            ? new Refusal(
                "amount_too_large",
                $"The charge was {charge.Amount}, of which {charge.Remaining} is left to refund{Elsewhere(charge)}; {asked} is more.",
                $"Refund at most {charge.Remaining}.")
            : null;
    }

    private static string Elsewhere(RefundableCharge charge)
    {
        var ways = new[] { (Minor: charge.CreditedToBalance, How: "as customer balance"), (Minor: charge.PaidBackOutOfBand, How: "outside Stripe") }
            .Where(w => w.Minor != 0).Select(w => $"{charge.Amount with { AmountMinor = w.Minor }} of it {w.How}").ToList();
        return ways.Count == 0 ? "" : $" ({string.Join(", ", ways)})";
    }
}
