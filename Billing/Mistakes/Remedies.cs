using BillingCopilot.Billing.Credits;

namespace BillingCopilot.Billing.Mistakes;

/// <summary>How a mistake is made good.</summary>
public enum RemedyKind
{
    /// <summary>A credit note on an open invoice: less is owed, no money moves.</summary>
    LowerTheDebt,

    /// <summary>A credit note onto the customer's balance: the next invoice uses it, no fee is lost.</summary>
    StoredCredit,

    /// <summary>A credit note that pays the money back.</summary>
    CreditAndRefund,

    /// <summary>A refund of the charge.</summary>
    Refund,

    /// <summary>The bank decides already.</summary>
    AnswerTheDispute,

    /// <summary>Nothing is given back.</summary>
    None,
}

/// <summary>The cheapest remedy that is right, and why.</summary>
public sealed record Remedy(RemedyKind Kind, string Because);

/// <summary>Chooses between credit note, balance and refund.</summary>
public static class Remedies
{
    /// <summary>
    /// The cheapest that makes the customer whole: first what moves no money, then what keeps it with us, last what
    /// sends it back and leaves the processing fee with Stripe.
    /// </summary>
    public static Remedy For(Mistake mistake, BillingHistory history)
    {
        ArgumentNullException.ThrowIfNull(mistake);
        ArgumentNullException.ThrowIfNull(history);
        if (mistake.Over.AmountMinor <= 0)
        {
            return new Remedy(RemedyKind.None, "Too little was asked for: nothing is to be given back.");
        }

        return mistake.ChargeId is { } charge ? OfCharge(history, charge) : OfInvoice(mistake, history);
    }

    /// <summary>The cheapest that is right where money of a charge is asked back and no mistake is known.</summary>
    /// <param name="invoiceStatus">Of the invoice that the charge pays; null when it pays none.</param>
    /// <param name="goesOn">Whether a further invoice comes that could use stored credit; null when that is not known.</param>
    public static Remedy ForCharge(string? invoiceStatus, bool? goesOn, bool disputed) => (invoiceStatus, goesOn, disputed) switch
    {
        (_, _, true) => Disputed,
        (null, _, _) => new Remedy(RemedyKind.Refund, "A refund: the charge pays no invoice, so the money goes back to where it came from; Stripe keeps its fee."),
        (_, true, _) => new Remedy(RemedyKind.StoredCredit, "If the invoice billed too much: a credit note onto the customer's balance. The subscription goes on and uses it, and no fee is lost. A refund where the policy grants one or the payment was taken twice."),
        (_, false, _) => new Remedy(RemedyKind.CreditAndRefund, "Money back to the card: no further invoice comes that could use stored credit."),
        _ => Unknown,
    };

    /// <summary>The cheapest that is right where an invoice is credited, and whether it is what is planned.</summary>
    /// <param name="goesOn">As in <see cref="ForCharge"/>.</param>
    /// <param name="refundable">Left to refund on the invoice's payments, in minor units; nought where it was paid outside Stripe, too.</param>
    /// <param name="disputed">A payment of the invoice is disputed.</param>
    public static Remedy ForCredit(CreditPlan plan, bool? goesOn, long refundable, bool disputed)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var (toCard, toBalance) = (plan.ToRefund.AmountMinor, plan.ToBalance.AmountMinor);
        return toCard + toBalance == 0 ? new(RemedyKind.LowerTheDebt, "This one: the amount is not paid, so less is owed and no money moves.")
            : disputed ? Disputed
            : goesOn == true ? new(RemedyKind.StoredCredit, toCard == 0
                ? "This one: the subscription goes on, so stored credit lowers the next invoice and no fee is lost."
                : "A credit note onto the customer's balance: the subscription goes on and uses it. Paid back to the card, Stripe keeps its fee on the payment; right where the policy grants a refund.")
            : refundable < toCard + toBalance ? new(RemedyKind.StoredCredit, $"{(toCard == 0 ? "This one" : "Stored credit")}: too little of the invoice's payments is left to pay it back through Stripe. What goes back by bank transfer or in cash is recorded as out of band, in Stripe's dashboard.")
            : goesOn is null ? Unknown
            : new(RemedyKind.CreditAndRefund, toBalance == 0
                ? "This one: no further invoice comes that could use stored credit. Stripe keeps its fee on the payment."
                : "Back to the payment method: no further invoice comes that could use stored credit.");
    }

    private static Remedy Disputed { get; } = new(RemedyKind.AnswerTheDispute, "The charge is disputed: the bank may already give the money back, and a refund on top would pay twice.");

    private static Remedy Unknown { get; } = new(RemedyKind.None, "Stored credit where a further invoice comes, else money back, of which Stripe keeps its fee. Whether one comes, or is large enough, is not known.");

    private static Remedy OfCharge(BillingHistory history, string id) => history.Charges.FirstOrDefault(c => c.Id == id) is { Disputed: true }
        ? Disputed
        : new Remedy(RemedyKind.Refund, "The charge pays for nothing, so the money goes back to where it came from; Stripe keeps its fee.");

    private static Remedy OfInvoice(Mistake mistake, BillingHistory history)
    {
        var invoice = history.Invoices.FirstOrDefault(i => i.Id == mistake.InvoiceId);
        var goesOn = history.Subscriptions.Any(s => s.Id == invoice?.SubscriptionId && s.EndedAt is null);
        return history.Charges.Any(c => c.InvoiceId == mistake.InvoiceId && c.Disputed) ? Disputed
            : invoice?.Status != "paid" ? new Remedy(RemedyKind.LowerTheDebt, "The invoice is not paid: a credit note lowers what is owed, and no money moves.")
            : goesOn ? new Remedy(RemedyKind.StoredCredit, "The invoice is paid and the subscription goes on: stored credit lowers the next invoice, and no fee is lost.")
            : new Remedy(RemedyKind.CreditAndRefund, "The invoice is paid and no further one comes that could use stored credit: the credit note pays the money back.");
    }
}
