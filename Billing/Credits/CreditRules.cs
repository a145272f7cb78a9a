namespace BillingCopilot.Billing.Credits;

/// <summary>Where a credit on money that was already paid goes.</summary>
public enum CreditDisposition
{
    /// <summary>Back to the card or bank it came from.</summary>
    Refund,

    /// <summary>Onto the customer's balance, applied to the next invoice.</summary>
    CustomerBalance,
}

/// <summary>What the rules need to know of an invoice that is to be credited. Minor units of <paramref name="Currency"/>.</summary>
/// <param name="Status">Stripe's: draft, open, paid, uncollectible, void.</param>
/// <param name="Credited">Sum of its credit notes that are not void.</param>
/// <param name="RefundedOutside">Given back by refunds that belong to no credit note.</param>
/// <param name="Refundable">What is left to refund on its charges.</param>
public sealed record CreditableInvoice(
    string? Number,
    string Status,
    string Currency,
    long Total,
    long AmountPaid,
    long AmountRemaining,
    long Credited,
    long RefundedOutside,
    long Refundable)
{
    /// <summary>What a credit note may still be issued for. A refund without a note has spent its part too.</summary>
    public Money Creditable => new(Math.Max(0, Total - Credited - RefundedOutside), Currency);
}

/// <summary>How a credit splits: what lowers the debt, and what goes back.</summary>
public sealed record CreditPlan(Money ReducesDue, Money ToRefund, Money ToBalance);

/// <summary>How much of an invoice may be credited, and where the credit goes.</summary>
public static class CreditRules
{
    /// <summary>
    /// Splits an amount: first it lowers what is owed, the rest goes where <paramref name="disposition"/> says.
    /// Refuses, with the figures, what can't be credited.
    /// </summary>
    /// <param name="disposition">Needed only when part of the amount was already paid.</param>
    public static Outcome<CreditPlan> Plan(CreditableInvoice invoice, Money amount, CreditDisposition? disposition)
    {
        ArgumentNullException.ThrowIfNull(invoice);
        if (Unfit(invoice, amount) is { } refusal)
        {
            return refusal;
        }

        var reducesDue = invoice.Status is "open" or "uncollectible" ? Math.Min(amount.AmountMinor, invoice.AmountRemaining) : 0;
        var paidPart = amount.AmountMinor - reducesDue;
        if (paidPart > 0 && disposition is null)
        {
            return new Refusal(
                "disposition_required",
                $"{amount with { AmountMinor = paidPart }} of it was already paid.",
                "Say whether it is refunded (refund) or kept for the next invoice (customer_balance).");
        }

        if (disposition == CreditDisposition.Refund && paidPart > invoice.Refundable)
        {
            return new Refusal(
                "not_refundable",
                $"Only {amount with { AmountMinor = invoice.Refundable }} of the invoice's payments can still be refunded.",
                "Use customer_balance instead, or a smaller amount.");
        }

        var toRefund = disposition == CreditDisposition.Refund ? paidPart : 0;
        return new CreditPlan(
            amount with { AmountMinor = reducesDue },
            amount with { AmountMinor = toRefund },
            amount with { AmountMinor = paidPart - toRefund });
    }

    private static Refusal? Unfit(CreditableInvoice invoice, Money amount) => invoice switch
    {
        { Status: "draft" } => new("invoice_draft", "The invoice is a draft: it has not been sent and owes nothing yet.", "Change the draft instead."),
        { Status: "void" } => new("invoice_void", "The invoice is void: nothing is owed on it.", "Credit another invoice, if one is meant."),
        _ when amount.Currency != invoice.Currency => new(
            "currency_mismatch",
            $"The invoice is in {invoice.Currency.ToUpperInvariant()}, the amount in {amount.Currency.ToUpperInvariant()}.",
            $"Give the amount in {invoice.Currency.ToUpperInvariant()}."),
        _ when amount.AmountMinor <= 0 => new("invalid_amount", $"A credit must be more than zero; {amount} is not.", "Give a positive amount."),
        _ when invoice.Creditable.AmountMinor == 0 => new("nothing_to_credit", $"{Total(invoice)}, all of which was already given back ({GivenBack(invoice)})."),
        _ when amount.AmountMinor > invoice.Creditable.AmountMinor => new(
            "amount_too_large",
            $"{Total(invoice)}, of which {invoice.Creditable} is left to credit; {amount} is more.",
            $"Credit at most {invoice.Creditable}."),
        _ => null,
    };

    private static string Total(CreditableInvoice invoice) => $"The invoice total is {new Money(invoice.Total, invoice.Currency)}";

    private static string GivenBack(CreditableInvoice invoice) =>
        $"{new Money(invoice.Credited, invoice.Currency)} by credit notes, {new Money(invoice.RefundedOutside, invoice.Currency)} by other refunds";
}
