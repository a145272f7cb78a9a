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
    /// <param name="goesOn">Whether a further invoice comes that could use stored credit.</param>
    public static Remedy ForCharge(string? invoiceStatus, bool goesOn, bool disputed) => (invoiceStatus, goesOn, disputed) switch
    {
        (_, _, true) => new Remedy(RemedyKind.AnswerTheDispute, "The charge is disputed: the bank may already give the money back, and a refund on top would pay twice."),
        (null, _, _) => new Remedy(RemedyKind.Refund, "A refund: the charge pays no invoice, so the money goes back to where it came from; Stripe keeps its fee."),
        (_, true, _) => new Remedy(RemedyKind.StoredCredit, "If the invoice billed too much: a credit note onto the customer's balance. The subscription goes on and uses it, and no fee is lost. A refund where the policy grants one or the payment was taken twice."),
        _ => new Remedy(RemedyKind.CreditAndRefund, "Money back to the card: no further invoice comes that could use stored credit."),
    };

    private static Remedy OfCharge(BillingHistory history, string id) => history.Charges.FirstOrDefault(c => c.Id == id) is { Disputed: true }
        ? new Remedy(RemedyKind.AnswerTheDispute, "The charge is disputed: the bank may already give the money back, and a refund on top would pay twice.")
        : new Remedy(RemedyKind.Refund, "The charge pays for nothing, so the money goes back to where it came from; Stripe keeps its fee.");

    private static Remedy OfInvoice(Mistake mistake, BillingHistory history)
    {
        var invoice = history.Invoices.FirstOrDefault(i => i.Id == mistake.InvoiceId);
        var goesOn = history.Subscriptions.Any(s => s.Id == invoice?.SubscriptionId && s.EndedAt is null);
        return invoice?.Status != "paid" ? new Remedy(RemedyKind.LowerTheDebt, "The invoice is not paid: a credit note lowers what is owed, and no money moves.")
            : goesOn ? new Remedy(RemedyKind.StoredCredit, "The invoice is paid and the subscription goes on: stored credit lowers the next invoice, and no fee is lost.")
            : new Remedy(RemedyKind.CreditAndRefund, "The invoice is paid and no further one comes that could use stored credit: the credit note pays the money back.");
    }
}
