using BillingCopilot.Billing.Invoices;
using BillingCopilot.Billing.Invoices.Explaining;

namespace BillingCopilot.Billing.Mistakes;

/// <summary>
/// Finds prorations that the days and prices don't give: another amount, the same part billed twice, or a part
/// billed anew without the old one given back.
/// </summary>
internal static class WrongProrations
{
    /// <summary>Minor units that rounding may move a line.</summary>
    private const long Rounding = 1;

    public static IEnumerable<Mistake> Find(BillingHistory history)
    {
        foreach (var invoices in history.Final.GroupBy(i => (i.SubscriptionId, i.Currency)))
        {
            var lines = invoices.SelectMany(i => i.Lines).ToList();
            decimal[] percents = [.. invoices.SelectMany(i => i.Discounts).Select(d => d.PercentOff).OfType<decimal>().Distinct()];
            foreach (var invoice in invoices)
            {
                var found = Amounts(invoice, lines, percents).Concat(Repeated(invoice)).Concat(CreditMissing(invoice, lines)).ToList();
                if (found.Sum(f => f.Over) is not 0 and var over)
                {
                    yield return new Mistake(MistakeKind.WrongProration, new Money(over, invoice.Currency), invoice.Id, invoice.Number, null, [.. found.Select(f => f.Evidence)]);
                }
            }
        }
    }

    private static IEnumerable<(long Over, string Evidence)> Amounts(InvoiceFacts invoice, List<InvoiceLineFacts> all, decimal[] percents)
    {
        foreach (var line in invoice.Lines.Where(l => l.Proration))
        {
            if (Prorations.Work(line, invoice.Currency, all, all) is { } working && !Fits(line.Amount, working.Expected.AmountMinor, percents))
            {
                yield return (line.Amount - working.Expected.AmountMinor,
                    $"{Label(line)} is {new Money(line.Amount, invoice.Currency)}; {working.Days} of {working.PeriodDays} days of {working.Full} are {working.Expected}.");
            }
        }
    }

    /// <summary>A discount on the period may lower the part that is given back, too.</summary>
    private static bool Fits(long amount, long expected, decimal[] percents) =>
        percents.Prepend(0).Any(p => Math.Abs(amount - Pricing.Round(expected * (100 - p) / 100)) <= Rounding);

    private static IEnumerable<(long Over, string Evidence)> Repeated(InvoiceFacts invoice) => invoice.Lines
        .Where(l => l is { Proration: true, Amount: > 0, SubscriptionItemId: not null })
        .GroupBy(l => (l.SubscriptionItemId, l.PriceId, l.Quantity, l.PeriodStart, l.PeriodEnd, l.Amount))
        .Where(g => g.Skip(1).Any())
        .Select(g => (g.Skip(1).Sum(l => l.Amount), $"{Label(g.First())} is billed {g.Count()} times at {new Money(g.Key.Amount, invoice.Currency)}."));

    /// <summary>An item that was already billed for the period can't be billed anew without a credit for the same moment.</summary>
    private static IEnumerable<(long Over, string Evidence)> CreditMissing(InvoiceFacts invoice, List<InvoiceLineFacts> all)
    {
        foreach (var line in invoice.Lines.Where(l => l is { Proration: true, Amount: > 0, SubscriptionItemId: not null }).DistinctBy(l => (l.SubscriptionItemId, l.PeriodStart)))
        {
            if (all.Any(l => Prorations.IsOtherSide(line, l)) || BilledBefore(line, all) is not { } before || Prorations.Period(line, all) is not { } period)
            {
                continue;
            }

            var full = Prorations.FullPrice(before) ?? 0;
            var credit = Pricing.Round(full * (decimal)(period.End - line.PeriodStart).TotalSeconds / (decimal)(period.End - period.Start).TotalSeconds);
            if (credit > Rounding)
            {
                yield return (credit, $"{before.Name} was paid for the same days and is not given back: {new Money(credit, invoice.Currency)} of {new Money(Pricing.Round(full), invoice.Currency)}.");
            }
        }
    }

    /// <summary>Never the line's description: anybody may have written that.</summary>
    private static string Label(InvoiceLineFacts line) =>
        $"{(line.Amount < 0 ? "Unused" : "Remaining")} time on {(line.ProductId is null ? "an item" : line.Name)} from {line.PeriodStart:yyyy-MM-dd}";

    /// <summary>What the item was just before: its last part charge in the period, else the line that bills the period.</summary>
    private static InvoiceLineFacts? BilledBefore(InvoiceLineFacts line, List<InvoiceLineFacts> all) => all
        .Where(l => l.SubscriptionItemId == line.SubscriptionItemId && l is { Metered: false, Amount: > 0 } && l.PeriodStart < line.PeriodStart && l.PeriodEnd == line.PeriodEnd)
        .MaxBy(l => l.PeriodStart);
}
