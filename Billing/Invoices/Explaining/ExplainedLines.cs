namespace BillingCopilot.Billing.Invoices.Explaining;

/// <summary>Turns the lines of an invoice into parts: a line each, but one for all tiers of a price.</summary>
internal static class ExplainedLines
{
    public static IEnumerable<ExplainedPart> Of(InvoiceFacts invoice, IReadOnlyCollection<InvoiceLineFacts> history) =>
        Groups(invoice.Lines).Select(group => Part(group, invoice.Currency, history));

    /// <summary>Tiers of one price and period come as several lines of one item.</summary>
    private static IEnumerable<List<InvoiceLineFacts>> Groups(IEnumerable<InvoiceLineFacts> lines) => lines
        .GroupBy(l => l.Proration || l.SubscriptionItemId is null || l.PriceId is null ? (object)l.Id : (l.SubscriptionItemId, l.PriceId, l.PeriodStart))
        .Select(g => g.ToList());

    private static ExplainedPart Part(List<InvoiceLineFacts> lines, string currency, IReadOnlyCollection<InvoiceLineFacts> history)
    {
        var first = lines[0];
        var quantity = lines.All(l => l.Quantity is not null) ? lines.Sum(l => l.Quantity) : null;
        var part = new ExplainedPart(KindOf(first, lines, quantity), new Money(lines.Sum(l => l.Amount), currency), first.Name)
        {
            LineIds = [.. lines.Select(l => l.Id)],
            Quantity = quantity,
            UnitAmount = lines.Count == 1 ? first.UnitAmount : null,
            Price = first.Price,
            From = first.PeriodStart,
            To = lines.Max(l => l.PeriodEnd),
        };
        return part.Kind switch
        {
            PartKind.ProrationCharge or PartKind.ProrationCredit => part with { Proration = Prorations.Work(first, currency, history, history) },
            PartKind.Usage or PartKind.Tiered => Used(part, quantity ?? 0),
            _ => part,
        };
    }

    private static PartKind KindOf(InvoiceLineFacts line, List<InvoiceLineFacts> lines, decimal? quantity) =>
        line.Proration ? line.Amount < 0 ? PartKind.ProrationCredit : PartKind.ProrationCharge
        : line.Metered ? PartKind.Usage
        : lines.All(l => l.Amount == 0) && line.Price is { Interval: not null } price && quantity > 0 && Pricing.Cost(price, quantity.Value) > 0 ? PartKind.Trial
        : line.Price is { Tiers.Count: > 0 } ? PartKind.Tiered
        : line.SubscriptionItemId is null || line.Price is { Interval: null } ? PartKind.OneOff
        : quantity is > 1 ? PartKind.PerUnit
        : PartKind.Fixed;

    /// <summary>
    /// What was used against what is included. Only where the price gives the billed amount: an amount that it does
    /// not give is left as it is.
    /// </summary>
    private static ExplainedPart Used(ExplainedPart part, decimal used)
    {
        if (part.Price is not { Tiers.Count: > 0 } price || Pricing.Tiers(price, used) is not { } tiers || tiers.Sum(t => Pricing.Round(t.Cost)) != part.Amount.AmountMinor)
        {
            return part;
        }

        var over = Math.Max(0, used - price.Included);
        var minimum = part.Amount with { AmountMinor = Pricing.Round(price.Minimum) };
        var working = new UsageWorking(
            used,
            price.Included,
            over,
            price.Included > 0 ? Math.Round(over * 100 / price.Included, 1, MidpointRounding.AwayFromZero) : null,
            over > 0 ? part.Amount - minimum : part.Amount with { AmountMinor = 0 },
            minimum,
            [.. tiers.Where(t => t.Quantity > 0 || t.FlatAmount > 0)]);
        return part with
        {
            Usage = working,
            Kind = part.Kind == PartKind.Tiered || price.Included == 0 ? part.Kind : over > 0 ? PartKind.UsageOverage : PartKind.UsageIncluded,
        };
    }
}
