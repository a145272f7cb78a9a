using BillingCopilot.Billing.Charges;
using BillingCopilot.Billing.Invoices;
using BillingCopilot.Billing.Invoices.Explaining;

namespace BillingCopilot.Billing.Mistakes;

/// <summary>
/// Finds wrong charges from what Stripe says alone. Conservative: what has an innocent reading is not claimed.
/// </summary>
public static class BillingMistakes
{
    /// <summary>All that is wrong in a customer's history, largest first.</summary>
    public static IReadOnlyList<Mistake> Find(BillingHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var doubles = Doubles(history).ToList();
        var charges = doubles
            .Concat(PaidTwice(history, [.. doubles.Select(d => d.InvoiceId).OfType<string>()]))
            .Concat(ChargedAfterEnd(history, [.. doubles.Select(d => d.ChargeId).OfType<string>()]));
        var lines = AfterCancel(history).Concat(MissedDiscounts.Find(history)).Concat(WrongProrations.Find(history)).ToLookup(m => m.InvoiceId);
        return
        [
            .. charges
                .Concat(history.Final.SelectMany(i => Left([.. lines[i.Id].Select(m => m with { WithTax = Taxed(m.Over, i) })], history.GivenBack(i))))
                .OrderByDescending(m => Math.Abs(m.Over.AmountMinor)),
        ];
    }

    /// <summary>
    /// What is still too much on an invoice. What was given back on it makes good the mistake that comes to just that, then the largest.
    /// </summary>
    /// <param name="givenBack">With tax, in minor units.</param>
    private static IEnumerable<Mistake> Left(IReadOnlyList<Mistake> ofInvoice, long givenBack)
    {
        foreach (var mistake in ofInvoice.OrderByDescending(m => m.WithTax.AmountMinor == givenBack || m.Over.AmountMinor == givenBack).ThenByDescending(m => m.Over.AmountMinor))
        {
            var taken = Math.Clamp(givenBack, 0, Math.Max(0, mistake.WithTax.AmountMinor));
            givenBack -= taken;
            if (taken == 0)
            {
                yield return mistake;
            }
            else if (mistake.WithTax - Minor(mistake, taken) is { AmountMinor: > 0 } left)
            {
                yield return mistake with
                {
                    Over = Minor(mistake, Pricing.Round((decimal)mistake.Over.AmountMinor * left.AmountMinor / mistake.WithTax.AmountMinor)),
                    WithTax = left,
                    Evidence = [.. mistake.Evidence, $"Of {mistake.WithTax} too much, {Minor(mistake, taken)} was given back already."],
                };
            }
        }
    }

    private static Money Minor(Mistake mistake, long minor) => mistake.Over with { AmountMinor = minor };

    /// <summary>Tax on top goes with the amount that it was charged on.</summary>
    private static Money Taxed(Money over, InvoiceFacts invoice) => invoice.Total - invoice.Tax is not 0 and var net
        ? over with { AmountMinor = over.AmountMinor + Pricing.Round((decimal)over.AmountMinor * invoice.Tax / net) }
        : over;

    /// <summary>Of two payments of one invoice, what was given back of either counts.</summary>
    private static IEnumerable<Mistake> Doubles(BillingHistory history) =>
        from found in DuplicateCharges.Find(history.Charges)
        where found.Verdict == DuplicateVerdict.Likely
        let suspect = found.Suspect
        let own = suspect.Amount.AmountMinor - suspect.AmountRefunded
        let over = history.Final.FirstOrDefault(i => i.Id == suspect.InvoiceId) is { } invoice ? Math.Min(own, history.Overpaid(invoice)) : own
        where over > 0
        select new Mistake(
            MistakeKind.DuplicateCharge,
            suspect.Amount with { AmountMinor = over },
            suspect.InvoiceId ?? found.Original.InvoiceId,
            suspect.InvoiceNumber ?? found.Original.InvoiceNumber,
            suspect.Id,
            [$"Charged on {found.Original.Created:yyyy-MM-dd} and again on {suspect.Created:yyyy-MM-dd}.", .. found.Evidence]);

    /// <summary>Payments of one invoice, of any amount and card, that come to more than it asked for.</summary>
    private static IEnumerable<Mistake> PaidTwice(BillingHistory history, HashSet<string> told) =>
        from invoice in history.Final
        where !told.Contains(invoice.Id)
        let paid = history.PaymentsOf(invoice)
        let over = history.Overpaid(invoice)
        where paid.Count > 1 && over > 0
        select new Mistake(
            MistakeKind.PaidTwice,
            new Money(over, invoice.Currency),
            invoice.Id,
            invoice.Number,
            paid[^1].Id,
            [$"Invoice {invoice.Number} asked for {new Money(invoice.AmountDue, invoice.Currency)}.", .. paid.Select(c => $"Paid: {c.Amount} on {c.Created:yyyy-MM-dd}{Refunded(c)}.")]);

    private static string Refunded(ChargeFacts charge) => charge.AmountRefunded == 0 ? "" : $", of which {charge.Amount with { AmountMinor = charge.AmountRefunded }} is refunded";

    /// <summary>Usage of the time before, and debts from then, are rightly billed after the end.</summary>
    private static IEnumerable<Mistake> AfterCancel(BillingHistory history) =>
        from subscription in history.Subscriptions
        where subscription.EndedAt is not null
        from invoice in history.Final
        where invoice.SubscriptionId == subscription.Id && invoice.Created > subscription.EndedAt
        let lines = invoice.Lines.Where(l => !l.Metered && !l.Proration && l.Amount > 0 && l.PeriodStart >= subscription.EndedAt).ToList()
        where lines.Count > 0
        select new Mistake(
            MistakeKind.ChargedAfterCancel,
            new Money(lines.Sum(l => l.Amount), invoice.Currency),
            invoice.Id,
            invoice.Number,
            null,
            [$"The subscription ended on {subscription.EndedAt:yyyy-MM-dd}.", .. lines.Select(l => $"Invoice {invoice.Number} bills {(l.ProductId is null || l.Name == l.Description ? "an item" : l.Name)} from {l.PeriodStart:yyyy-MM-dd} to {l.PeriodEnd:yyyy-MM-dd}: {new Money(l.Amount, invoice.Currency)}.")]);

    /// <summary>
    /// Money taken without an invoice when nothing ran any more: the same card, amount and words as a payment of the
    /// subscription that had ended. A purchase of its own says what it is for.
    /// </summary>
    private static IEnumerable<Mistake> ChargedAfterEnd(BillingHistory history, HashSet<string> told) =>
        from charge in history.Charges
        where charge.Succeeded && charge.InvoiceId is null && charge.AmountRefunded < charge.Amount.AmountMinor && !told.Contains(charge.Id)
        let ended = history.Subscriptions.Where(s => s.EndedAt < charge.Created).OrderByDescending(s => s.EndedAt).FirstOrDefault()
        where ended is not null && history.Subscriptions.All(s => s.EndedAt < charge.Created)
        let like = history.Charges.FirstOrDefault(c => c.Succeeded && c.InvoiceId is not null && c.Created < ended.EndedAt && c.Amount == charge.Amount && c.CardKey == charge.CardKey
            && !string.IsNullOrWhiteSpace(c.Description) && c.Description == charge.Description)
        where like is not null && history.Final.Any(i => i.Id == like.InvoiceId && i.SubscriptionId == ended.Id)
        select new Mistake(
            MistakeKind.ChargedAfterCancel,
            charge.Amount with { AmountMinor = charge.Amount.AmountMinor - charge.AmountRefunded },
            null,
            like.InvoiceNumber,
            charge.Id,
            [$"The subscription ended on {ended.EndedAt:yyyy-MM-dd}.", $"Charged on {charge.Created:yyyy-MM-dd}, paying no invoice: the amount, card and words of the payment of invoice {like.InvoiceNumber} on {like.Created:yyyy-MM-dd}."]);
}
