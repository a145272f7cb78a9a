using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Invoices;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi.Projections;

/// <summary>An invoice with its lines.</summary>
/// <param name="Due">Left out once it is paid.</param>
/// <param name="Remaining">Still owed; left out when nothing is.</param>
/// <param name="Tax">On top of the lines.</param>
/// <param name="Credited">By credit notes.</param>
/// <param name="TimeZone">Of the days shown; left out where it is UTC.</param>
/// <param name="LinesOfZero">Lines that cost nothing and are left out, where there are many.</param>
/// <param name="Balance">Customer balance applied; negative lowered the amount due.</param>
/// <param name="CreditNotes">Issued on it; left out when none.</param>
/// <param name="Proposals">About it, still open or carried out; left out when none.</param>
public sealed record InvoiceView(
    ObjectRef Invoice,
    string? Number,
    ObjectRef Customer,
    UntrustedText CustomerName,
    string Status,
    DateOnly Date,
    DateOnly? Due,
    Money Total,
    Money? AmountDue,
    Money? Remaining,
    Money? Discount,
    Money? Tax,
    Money? Credited,
    Money? Balance,
    int? Attempts,
    DateOnly? NextAttempt,
    string? TimeZone,
    IReadOnlyList<InvoiceLineView> Lines,
    int? LinesOfZero,
    Partial? LinesPartial,
    IReadOnlyList<CreditNoteRow>? CreditNotes = null,
    IReadOnlyList<EarlierProposal>? Proposals = null)
{
    /// <summary>Beyond as many lines, those that cost nothing are only counted.</summary>
    private const int FewLines = 3;

    /// <summary>Lines shown at once.</summary>
    public const int MostLines = 25;

    /// <summary>The lines in the order in which they are shown and counted.</summary>
    internal static List<InvoiceLineItem> Shown(Invoice invoice)
    {
        var all = invoice.Lines?.Data ?? [];
        return all.Count > FewLines ? [.. all.Where(l => l.Amount != 0)] : all;
    }

    /// <param name="skip">Lines left out first.</param>
    internal static InvoiceView Of(Invoice invoice, TenantContext tenant, int skip = 0)
    {
        var all = invoice.Lines?.Data ?? [];
        var lines = Shown(invoice);
        var (shown, rest) = Page.Of(lines, skip, MostLines);
        return new InvoiceView(
            invoice.Ref(),
            invoice.Number,
            References.CustomerRef(invoice.CustomerId),
            invoice.NameOf(),
            invoice.Status,
            InvoiceRow.DateOf(invoice, tenant),
            invoice.Status == "open" ? tenant.Day(invoice.DueDate) : null,
            invoice.Money(invoice.Total),
            invoice.AmountDue == invoice.Total ? null : invoice.Money(invoice.AmountDue),
            invoice.Money(invoice.AmountRemaining).Unless0(),
            invoice.Money(invoice.TotalDiscountAmounts?.Sum(d => d.Amount) ?? 0).Unless0(),
            invoice.Money(InvoiceFactsMap.ExclusiveTax(invoice)).Unless0(),
            invoice.Money(invoice.PrePaymentCreditNotesAmount + invoice.PostPaymentCreditNotesAmount).Unless0(),
            invoice.Money(InvoiceFactsMap.BalanceApplied(invoice)).Unless0(),
            invoice.Status == "open" && invoice.AttemptCount > 0 ? (int)invoice.AttemptCount : null,
            invoice.Status == "open" ? tenant.Day(invoice.NextPaymentAttempt) : null,
            tenant.TimeZone == "UTC" ? null : tenant.TimeZone,
            [.. InvoiceLineView.All(shown, InvoiceRow.DateOf(invoice, tenant), tenant)],
            all.Count > lines.Count ? all.Count - lines.Count : null,
            rest);
    }
}

/// <summary>An invoice in a list.</summary>
/// <param name="AmountDue">Where balance or credit made it another than the total.</param>
public sealed record InvoiceRow(
    ObjectRef Invoice,
    string? Number,
    string Status,
    DateOnly Date,
    Money Total,
    Money? AmountDue,
    Money? Remaining,
    Money? Credited)
{
    internal static InvoiceRow Of(Invoice invoice, TenantContext tenant) => new(
        invoice.Ref(),
        invoice.Number,
        invoice.Status,
        DateOf(invoice, tenant),
        invoice.Money(invoice.Total),
        invoice.AmountDue == invoice.Total ? null : invoice.Money(invoice.AmountDue),
        invoice.Money(invoice.AmountRemaining).Unless0(),
        invoice.Money(invoice.PrePaymentCreditNotesAmount + invoice.PostPaymentCreditNotesAmount).Unless0());

    /// <summary>The day it was sent, or made while it is a draft.</summary>
    internal static DateOnly DateOf(Invoice invoice, TenantContext tenant) =>
        tenant.Day(invoice.StatusTransitions?.FinalizedAt ?? invoice.Created);
}
