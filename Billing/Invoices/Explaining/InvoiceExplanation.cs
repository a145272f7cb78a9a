namespace BillingCopilot.Billing.Invoices.Explaining;

/// <summary>
/// An invoice in parts. <see cref="Parts"/> add up exactly to its total, <see cref="DueParts"/> to what the amount
/// due has beyond that.
/// </summary>
public sealed record InvoiceExplanation(InvoiceFacts Invoice, IReadOnlyList<ExplainedPart> Parts, IReadOnlyList<ExplainedPart> DueParts)
{
    /// <summary>Explains an invoice.</summary>
    /// <param name="earlier">Earlier invoices of the same subscription: they know the periods that prorations are part of.</param>
    public static InvoiceExplanation Of(InvoiceFacts invoice, IReadOnlyCollection<InvoiceFacts> earlier)
    {
        ArgumentNullException.ThrowIfNull(invoice);
        ArgumentNullException.ThrowIfNull(earlier);
        var history = earlier.SelectMany(i => i.Lines).Concat(invoice.Lines).ToList();
        var parts = ExplainedLines.Of(invoice, history).Concat(Discounts(invoice)).Append(new ExplainedPart(PartKind.Shipping, new Money(invoice.Shipping, invoice.Currency), "")).Concat(Taxes(invoice));
        return new InvoiceExplanation(
            invoice,
            Complete(parts, invoice.Total, invoice.Currency),
            Complete(Due(invoice), invoice.AmountDue - invoice.Total, invoice.Currency));
    }

    private static IEnumerable<ExplainedPart> Discounts(InvoiceFacts invoice) => invoice.Discounts.Where(d => d.Amount != 0).Select(d =>
        new ExplainedPart(IsLast(d, invoice) ? PartKind.DiscountLast : d.Forever ? PartKind.DiscountLasting : PartKind.Discount, new Money(-d.Amount, invoice.Currency), d.Name)
        {
            Percent = d.PercentOff,
            Ends = d.Ends,
        });

    /// <summary>The next invoice comes when the period that this one bills ahead is over.</summary>
    private static bool IsLast(DiscountFacts discount, InvoiceFacts invoice) => discount.Once
        || (discount.Ends is { } ends && invoice.Lines.Where(l => !l.Metered && !l.Proration).Select(l => (DateTimeOffset?)l.PeriodEnd).Max() is { } next && ends <= next);

    private static IEnumerable<ExplainedPart> Taxes(InvoiceFacts invoice) => invoice.Taxes.Where(t => t.Amount != 0).Select(t =>
        new ExplainedPart(t.Inclusive ? PartKind.TaxIncluded : PartKind.Tax, new Money(t.Inclusive ? 0 : t.Amount, invoice.Currency), t.Name) { Percent = t.Percent });

    private static IEnumerable<ExplainedPart> Due(InvoiceFacts invoice)
    {
        var carried = invoice.EndingBalance > 0 && invoice.EndingBalance > invoice.StartingBalance;
        var kind = carried ? PartKind.CarriedForward : invoice is { Total: < 0, BalanceApplied: > 0 } ? PartKind.CreditStored : invoice.BalanceApplied < 0 ? PartKind.BalanceUsed : PartKind.BalanceOwed;
        yield return new ExplainedPart(kind, new Money(invoice.BalanceApplied, invoice.Currency), "");
        yield return new ExplainedPart(PartKind.Credited, new Money(-invoice.Credited, invoice.Currency), "");
    }

    /// <summary>Drops empty parts other than lines, and adds what is missing to the whole.</summary>
    private static List<ExplainedPart> Complete(IEnumerable<ExplainedPart> parts, long whole, string currency)
    {
        var kept = parts.Where(p => p.Amount.AmountMinor != 0 || p.LineIds.Count > 0 || p.Kind == PartKind.TaxIncluded).ToList();
        var rest = checked(whole - kept.Sum(p => p.Amount.AmountMinor));
        if (rest != 0)
        {
            kept.Add(new ExplainedPart(PartKind.NotItemised, new Money(rest, currency), ""));
        }

        return kept;
    }
}
