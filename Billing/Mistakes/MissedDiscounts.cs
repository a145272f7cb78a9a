using BillingCopilot.Billing.Invoices;
using BillingCopilot.Billing.Invoices.Explaining;

namespace BillingCopilot.Billing.Mistakes;

/// <summary>
/// Finds invoices without a discount that was in force when they were made: one that runs now and ran then, or one
/// that the invoices just before and after have.
/// </summary>
internal static class MissedDiscounts
{
    public static IEnumerable<Mistake> Find(BillingHistory history)
    {
        foreach (var invoices in history.Final.Where(i => i.BillingReason is "subscription_cycle" or "subscription_create").GroupBy(i => i.SubscriptionId))
        {
            var running = history.Subscriptions.FirstOrDefault(s => s.Id == invoices.Key)?.Discounts ?? [];
            var inOrder = invoices.ToList();
            for (var i = 0; i < inOrder.Count; i++)
            {
                foreach (var mistake in Running(inOrder[i], running).Concat(Between(inOrder, i, running)))
                {
                    yield return mistake;
                }
            }
        }
    }

    private static IEnumerable<Mistake> Running(InvoiceFacts invoice, IReadOnlyList<RunningDiscount> running) =>
        from discount in running
        where !discount.Once && discount.Start <= invoice.Created && (discount.End is null || discount.End > invoice.Created) && !Has(invoice, discount.Key)
        let whole = Discountable(invoice, discount.Products)
        let missed = discount.PercentOff is { } percent ? Pricing.Round(whole * percent / 100)
            : discount.AmountOff is { } off && off.Currency == invoice.Currency ? Math.Min(off.AmountMinor, whole)
            : 0
        where missed > 0
        select Of(invoice, discount.Name, missed, $"“{discount.Name}” is in force since {discount.Start:yyyy-MM-dd}{(discount.End is { } end ? $" until {end:yyyy-MM-dd}" : "")}{(discount.PercentOff is { } p ? $": {p:0.##} %" : "")} of {new Money(whole, invoice.Currency)}.");

    /// <summary>A discount that is over by now leaves its trace on the invoices around the gap.</summary>
    private static IEnumerable<Mistake> Between(List<InvoiceFacts> inOrder, int at, IReadOnlyList<RunningDiscount> running)
    {
        if (at == 0 || at == inOrder.Count - 1)
        {
            yield break;
        }

        var (before, invoice, after) = (inOrder[at - 1], inOrder[at], inOrder[at + 1]);
        foreach (var discount in before.Discounts.Where(d => d is { Amount: > 0, PercentOff: not null }))
        {
            var missed = Pricing.Round(Discountable(invoice, []) * discount.PercentOff!.Value / 100);
            if (!Has(invoice, discount.Key) && Has(after, discount.Key) && missed > 0 && !running.Any(r => r.Key == discount.Key))
            {
                yield return Of(invoice, discount.Name, missed, $"Invoices {before.Number} before it and {after.Number} after it have “{discount.Name}” ({discount.PercentOff:0.##} %).");
            }
        }
    }

    private static Mistake Of(InvoiceFacts invoice, string name, long missed, string why) => new(
        MistakeKind.MissedDiscount,
        new Money(missed, invoice.Currency),
        invoice.Id,
        invoice.Number,
        null,
        [why, $"Invoice {invoice.Number} of {invoice.Created:yyyy-MM-dd} has no discount “{name}”."]);

    private static bool Has(InvoiceFacts invoice, string key) => invoice.Discounts.Any(d => d.Key == key && d.Amount > 0);

    private static long Discountable(InvoiceFacts invoice, IReadOnlyList<string> products) =>
        invoice.Lines.Where(l => !l.Proration && (products.Count == 0 || (l.ProductId is not null && products.Contains(l.ProductId)))).Sum(l => l.Amount);
}
