using BillingCopilot.Billing.Invoices.Explaining;

namespace BillingCopilot.Billing.Invoices;

/// <summary>Matches the lines of two invoices and says what changed on each.</summary>
internal static class LineComparison
{
    // From the surest match to the weakest; a line matched once is out of the game.
    private static readonly Func<InvoiceLineFacts, string?>[] Keys =
    [
        line => line.SubscriptionItemId is null ? null : $"{line.SubscriptionItemId}|{line.PriceId}",
        line => line.SubscriptionItemId,
        line => line.PriceId,
        line => line.ProductId,
        line => line.PriceId is null && line.ProductId is null ? line.Description : null,
    ];

    public static IEnumerable<InvoiceChange> Compare(InvoiceFacts previous, InvoiceFacts current)
    {
        var before = Merge(previous.Lines.Where(l => !l.Proration));
        var after = Merge(current.Lines.Where(l => !l.Proration));
        var matched = Match(before, after).SelectMany(pair => Explain(pair.Before, pair.After, current.Currency)).ToList();
        return matched
            .Concat(before.Select(l => Gone(InvoiceChangeKind.RemovedLine, l, current.Currency)))
            .Concat(after.Select(l => New(InvoiceChangeKind.NewLine, l, current.Currency)))
            .Concat(previous.Lines.Where(l => l.Proration).Select(l => Gone(InvoiceChangeKind.ProrationNotRepeated, l, current.Currency)))
            .Concat(current.Lines.Where(l => l.Proration).Select(l => New(ProrationKind(l), l, current.Currency)));
    }

    /// <summary>Takes the matched lines out of both lists.</summary>
    private static List<(InvoiceLineFacts Before, InvoiceLineFacts After)> Match(List<InvoiceLineFacts> before, List<InvoiceLineFacts> after)
    {
        List<(InvoiceLineFacts, InvoiceLineFacts)> pairs = [];
        foreach (var key in Keys)
        {
            foreach (var line in after.Where(l => key(l) is not null).ToList())
            {
                if (before.FirstOrDefault(b => key(b) == key(line)) is { } partner)
                {
                    before.Remove(partner);
                    after.Remove(line);
                    pairs.Add((partner, line));
                }
            }
        }

        return pairs;
    }

    /// <summary>A graduated price has a line for each tier: together they are one line to compare.</summary>
    private static List<InvoiceLineFacts> Merge(IEnumerable<InvoiceLineFacts> lines) =>
    [
        .. lines.GroupBy(l => l.SubscriptionItemId is null || l.PriceId is null ? (object)l.Id : (l.SubscriptionItemId, l.PriceId))
            .Select(g => g.Skip(1).Any() ? Sum([.. g]) : g.First()),
    ];

    private static InvoiceLineFacts Sum(List<InvoiceLineFacts> tiers) => tiers[0] with
    {
        Amount = tiers.Sum(t => t.Amount),
        Quantity = tiers.All(t => t.Quantity is not null) ? tiers.Sum(t => t.Quantity) : null,
        UnitAmount = tiers.Select(t => t.UnitAmount).Distinct().Count() == 1 ? tiers[0].UnitAmount : null,
        PeriodStart = tiers.Min(t => t.PeriodStart),
        PeriodEnd = tiers.Max(t => t.PeriodEnd),
    };

    private static IEnumerable<InvoiceChange> Explain(InvoiceLineFacts before, InvoiceLineFacts after, string currency)
    {
        var difference = checked(after.Amount - before.Amount);
        if (IsTrial(before) && !IsTrial(after))
        {
            yield return Changed(InvoiceChangeKind.TrialEnded, before, after, difference, currency);
            yield break;
        }

        var byQuantity = QuantityShare(before, after, difference);
        var quantityKind = after.Metered ? InvoiceChangeKind.UsageChanged : InvoiceChangeKind.QuantityChanged;
        yield return Changed(quantityKind, before, after, byQuantity, currency);
        yield return Changed(RestKind(before, after), before, after, checked(difference - byQuantity), currency);
    }

    /// <summary>Nothing was asked for a period that has a price.</summary>
    internal static bool IsTrial(InvoiceLineFacts line) => line is { Amount: 0, Proration: false, Metered: false, Quantity: > 0, Price: { Interval: not null } price }
        && Pricing.Cost(price, line.Quantity.Value) > 0;

    /// <summary>
    /// The part of a line's difference that its quantity explains: at the old unit price when both moved, so
    /// that the rest is the new price on the new quantity.
    /// </summary>
    private static long QuantityShare(InvoiceLineFacts before, InvoiceLineFacts after, long difference)
    {
        if (before.Quantity is not { } had || after.Quantity is not { } has || had == has)
        {
            return 0;
        }

        return before.UnitAmount is { } unit && after.UnitAmount is { } newUnit && unit != newUnit
            ? (long)Math.Round((has - had) * unit, MidpointRounding.AwayFromZero)
            : before.PriceId == after.PriceId ? difference : 0;
    }

    private static InvoiceChangeKind RestKind(InvoiceLineFacts before, InvoiceLineFacts after) =>
        before.ProductId is not null && after.ProductId is not null && before.ProductId != after.ProductId ? InvoiceChangeKind.PlanChanged
        : before.UnitAmount is not null && after.UnitAmount is not null && before.UnitAmount != after.UnitAmount ? InvoiceChangeKind.UnitPriceChanged
        : after.Metered ? InvoiceChangeKind.UsageChanged
        : InvoiceChangeKind.AmountChanged;

    private static InvoiceChangeKind ProrationKind(InvoiceLineFacts line) =>
        line.Amount < 0 ? InvoiceChangeKind.ProrationCredit : InvoiceChangeKind.ProrationCharge;

    private static InvoiceChange Changed(InvoiceChangeKind kind, InvoiceLineFacts before, InvoiceLineFacts after, long amount, string currency) =>
        new(kind, new Money(amount, currency), before.Name == after.Name ? after.Name : $"{before.Name} → {after.Name}", LineSide.Of(before), LineSide.Of(after));

    private static InvoiceChange Gone(InvoiceChangeKind kind, InvoiceLineFacts line, string currency) =>
        new(kind, new Money(checked(-line.Amount), currency), line.Description, LineSide.Of(line));

    private static InvoiceChange New(InvoiceChangeKind kind, InvoiceLineFacts line, string currency) =>
        new(kind, new Money(line.Amount, currency), line.Description, null, LineSide.Of(line));
}
