using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Invoices;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi.Projections;

/// <summary>An invoice with its lines.</summary>
/// <param name="Paid">Left out when it was paid on its date.</param>
/// <param name="Remaining">Still owed; left out when nothing is.</param>
/// <param name="Tax">On top of the lines.</param>
/// <param name="Credited">By credit notes.</param>
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
    DateOnly? Paid,
    Money Total,
    Money? AmountDue,
    Money? Remaining,
    Money? Discount,
    Money? Tax,
    Money? Credited,
    Money? Balance,
    int? Attempts,
    DateOnly? NextAttempt,
    string TimeZone,
    IReadOnlyList<InvoiceLineView> Lines,
    Partial? LinesPartial,
    IReadOnlyList<CreditNoteRow>? CreditNotes = null,
    IReadOnlyList<EarlierProposal>? Proposals = null)
{
    /// <summary>Lines shown at once.</summary>
    public const int MostLines = 25;

    /// <param name="from">First line shown, counted from 1.</param>
    internal static InvoiceView Of(Invoice invoice, TenantContext tenant, int from = 1)
    {
        var lines = invoice.Lines?.Data ?? [];
        var shown = lines.Skip(Math.Max(from, 1) - 1).Take(MostLines).ToList();
        var next = Math.Max(from, 1) + shown.Count;
        return new InvoiceView(
            invoice.Ref(),
            invoice.Number,
            References.CustomerRef(invoice.CustomerId),
            invoice.NameOf(),
            invoice.Status,
            InvoiceRow.DateOf(invoice, tenant),
            tenant.Day(invoice.DueDate),
            tenant.Day(invoice.StatusTransitions?.PaidAt) is { } paid && paid != InvoiceRow.DateOf(invoice, tenant) ? paid : null,
            invoice.Money(invoice.Total),
            invoice.AmountDue == invoice.Total ? null : invoice.Money(invoice.AmountDue),
            invoice.Money(invoice.AmountRemaining).Unless0(),
            invoice.Money(invoice.TotalDiscountAmounts?.Sum(d => d.Amount) ?? 0).Unless0(),
            invoice.Money(InvoiceFactsMap.ExclusiveTax(invoice)).Unless0(),
            invoice.Money(invoice.PrePaymentCreditNotesAmount + invoice.PostPaymentCreditNotesAmount).Unless0(),
            invoice.Money(InvoiceFactsMap.BalanceApplied(invoice)).Unless0(),
            invoice.Status == "open" && invoice.AttemptCount > 0 ? (int)invoice.AttemptCount : null,
            invoice.Status == "open" ? tenant.Day(invoice.NextPaymentAttempt) : null,
            tenant.TimeZone,
            [.. shown.Select((l, i) => InvoiceLineView.Of(l, i == 0 ? null : shown[i - 1], tenant))],
            shown.Count == lines.Count ? null : new Partial(shown.Count, lines.Count, next <= lines.Count ? $"Give from_line {next}." : "Give from_line 1."));
    }
}

/// <summary>One line of an invoice.</summary>
/// <param name="Period">First day and the day after the last; left out when the line before has the same.</param>
public sealed record InvoiceLineView(
    UntrustedText Description,
    decimal? Quantity,
    Money Amount,
    bool? Proration,
    string? Period)
{
    internal static InvoiceLineView Of(InvoiceLineItem line, InvoiceLineItem? before, TenantContext tenant) => new(
        new UntrustedText(WithoutQuantity(line)),
        line.Quantity is null or 1 ? null : line.Quantity,
        new Money(line.Amount, line.Currency),
        InvoiceFactsMap.IsProration(line) ? true : null,
        PeriodOf(line, tenant) is { } period && (before is null || period != PeriodOf(before, tenant)) ? period : null);

    /// <summary>Stripe starts a description with <c>5 × </c>; the quantity stands beside it anyway.</summary>
    private static string WithoutQuantity(InvoiceLineItem line)
    {
        var text = line.Description ?? "";
        var start = $"{line.Quantity} × ";
        return text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : text;
    }

    private static string? PeriodOf(InvoiceLineItem line, TenantContext tenant) =>
        line.Period is { } period ? $"{tenant.Day(period.Start):yyyy-MM-dd} to {tenant.Day(period.End):yyyy-MM-dd}" : null;
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
