using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using BillingCopilot.Plugins.StripeApi;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>An invoice with what has been given back on it so far.</summary>
/// <param name="Disputed">A payment of it is disputed.</param>
internal sealed record InvoiceCredits(Invoice Invoice, CreditableInvoice Facts, IReadOnlyList<CreditNote> Notes, bool Disputed)
{
    /// <summary>Given back as customer balance, by credit notes.</summary>
    public long ToBalance => Notes.Sum(n => Math.Max(0, n.PostPaymentAmount - RefundedBy(n) - (n.OutOfBandAmount ?? 0)));

    /// <summary>Given back by bank transfer or in cash, as credit notes record it.</summary>
    public long OutOfBand => Notes.Sum(n => n.OutOfBandAmount ?? 0);

    internal static long RefundedBy(CreditNote note) => note.Refunds?.Sum(r => r.AmountRefunded) ?? 0;
}

/// <summary>Reads what has been given back on an invoice: its credit notes, and refunds outside them.</summary>
internal sealed class CreditableInvoiceReader(StripeReader reader)
{
    public async Task<Outcome<InvoiceCredits>> ReadAsync(string invoiceId, CancellationToken cancellationToken)
    {
        if (!(await reader.InvoiceAsync(invoiceId, cancellationToken)).TryGet(out var invoice, out var refusal)
            || !(await reader.CreditNotesAsync(invoiceId, cancellationToken)).TryGet(out var notes, out refusal)
            || !(await new Settlements(reader).ChargesOfAsync(invoice, cancellationToken)).TryGet(out var charges, out refusal))
        {
            return refusal;
        }

        var valid = notes.Items.Where(n => n.Status != "void").ToList();
        var refunded = charges.Sum(c => c.AmountRefunded);
        var taken = charges.Where(c => c is { Status: "succeeded", Disputed: false });
        var facts = new CreditableInvoice(
            invoice.Number,
            invoice.Status,
            invoice.Currency,
            invoice.Total,
            invoice.AmountPaid,
            invoice.AmountRemaining,
            valid.Sum(n => n.Total),
            Math.Max(0, refunded - valid.Sum(InvoiceCredits.RefundedBy)),
            taken.Sum(c => c.Amount - c.AmountRefunded));
        return new InvoiceCredits(invoice, facts, valid, charges.Any(c => c.Disputed));
    }
}
