using BillingCopilot.Billing.Charges;
using BillingCopilot.Billing.Invoices;

namespace BillingCopilot.Billing.Mistakes;

/// <summary>What was billed to a customer and taken from them, as far as it was read.</summary>
/// <param name="Invoices">In any order; drafts and void ones are left aside.</param>
public sealed record BillingHistory(
    IReadOnlyList<InvoiceFacts> Invoices,
    IReadOnlyList<SubscriptionFacts> Subscriptions,
    IReadOnlyList<ChargeFacts> Charges)
{
    /// <summary>Sent and not taken back, oldest first.</summary>
    internal IReadOnlyList<InvoiceFacts> Final { get; } =
        [.. Invoices.Where(i => i.Status is "open" or "paid" or "uncollectible").OrderBy(i => i.Created).ThenBy(i => i.Id, StringComparer.Ordinal)];

    /// <summary>What took money for an invoice, oldest first.</summary>
    internal IReadOnlyList<ChargeFacts> PaymentsOf(InvoiceFacts invoice) => [.. Charges.Where(c => c.Succeeded && c.InvoiceId == invoice.Id).OrderBy(c => c.Created)];

    /// <summary>
    /// Given back on an invoice for what it bills, with tax: its credit notes, and refunds of its payments that belong to
    /// no note. Refunds first give back what was paid beyond what the invoice asked for, which is a mistake of its own.
    /// </summary>
    internal long GivenBack(InvoiceFacts invoice)
    {
        var payments = PaymentsOf(invoice);
        var refunds = Math.Max(0, payments.Sum(c => c.AmountRefunded) - invoice.RefundedByCreditNotes);
        var beyond = Math.Max(0, payments.Sum(c => c.Amount.AmountMinor) - invoice.AmountDue);
        return invoice.CreditedInAll + Math.Max(0, refunds - beyond);
    }

    /// <summary>
    /// Paid on an invoice beyond what it asked for and not given back: 0 or more. Credit that was stored or paid out of
    /// band after the payment settles it where it comes to all of it; a smaller one was for something else.
    /// </summary>
    internal long Overpaid(InvoiceFacts invoice)
    {
        var over = PaymentsOf(invoice).Sum(c => c.Amount.AmountMinor - c.AmountRefunded) - invoice.AmountDue;
        var stored = invoice.CreditedInAll - invoice.Credited - invoice.RefundedByCreditNotes;
        return over > stored ? Math.Max(0, over) : 0;
    }
}

/// <summary>What the rules need to know of a subscription.</summary>
/// <param name="EndedAt">When it ended; null while it runs.</param>
/// <param name="Discounts">In force now, its own or its customer's.</param>
public sealed record SubscriptionFacts(string Id, DateTimeOffset? EndedAt, IReadOnlyList<RunningDiscount> Discounts);

/// <summary>A discount in force.</summary>
/// <param name="Key">Coupon id, by which invoices' discounts are matched.</param>
/// <param name="PercentOff">Null when it is an amount.</param>
/// <param name="AmountOff">Null when it is a percentage.</param>
/// <param name="Once">It counts on one invoice only.</param>
/// <param name="Products">Products that it is for; empty for all.</param>
public sealed record RunningDiscount(
    string Key,
    string Name,
    decimal? PercentOff,
    Money? AmountOff,
    DateTimeOffset Start,
    DateTimeOffset? End,
    bool Once,
    IReadOnlyList<string> Products);

/// <summary>What went wrong.</summary>
public enum MistakeKind
{
    /// <summary>The same amount was taken twice from the same card.</summary>
    DuplicateCharge,

    /// <summary>More was paid on an invoice than it asked for.</summary>
    PaidTwice,

    /// <summary>A period was billed that begins after the subscription ended.</summary>
    ChargedAfterCancel,

    /// <summary>A discount in force was not taken off.</summary>
    MissedDiscount,

    /// <summary>A part of a period was not billed as its days and price give.</summary>
    WrongProration,
}

/// <summary>A mistake with what shows it.</summary>
/// <param name="Over">What was asked for too much, without tax; negative where it was too little.</param>
/// <param name="InvoiceId">The invoice that it is on; null for a charge that pays none.</param>
/// <param name="ChargeId">The charge that is wrong; null where a line is.</param>
/// <param name="Evidence">Facts in words, each checkable.</param>
public sealed record Mistake(MistakeKind Kind, Money Over, string? InvoiceId, string? InvoiceNumber, string? ChargeId, IReadOnlyList<string> Evidence)
{
    /// <summary>The same with the tax that the invoice adds: what a credit note would give back.</summary>
    public Money WithTax { get; init; } = Over;
}
