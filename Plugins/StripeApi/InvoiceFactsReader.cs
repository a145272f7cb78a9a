using BillingCopilot.Billing;
using BillingCopilot.Billing.Invoices;
using BillingCopilot.Plugins.StripeApi.Projections;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Invoices as the rules want them, with the prices, products and tax rates that they name.</summary>
internal sealed class InvoiceFactsReader(StripeReader reader)
{
    /// <summary>In the order given.</summary>
    public async Task<Outcome<IReadOnlyList<InvoiceFacts>>> ReadAsync(IReadOnlyCollection<Invoice> invoices, CancellationToken cancellationToken)
    {
        if (!(await CompleteAsync(invoices, cancellationToken)).TryGet(out _, out var refusal)
            || !(await reader.PricesAsync(invoices.SelectMany(InvoiceFactsMap.PriceIds), cancellationToken)).TryGet(out var prices, out refusal)
            || !(await reader.ProductNamesAsync(invoices.SelectMany(InvoiceFactsMap.ProductIds), cancellationToken)).TryGet(out var products, out refusal)
            || !(await reader.TaxRatesAsync(invoices.SelectMany(InvoiceFactsMap.TaxRateIds), cancellationToken)).TryGet(out var rates, out refusal))
        {
            return refusal;
        }

        return new Outcome<IReadOnlyList<InvoiceFacts>>.Ok([.. invoices.Select(i => InvoiceFactsMap.Of(i, prices, products, rates))]);
    }

    /// <summary>A list shows ten lines of each invoice, and expands a discount but not its coupon.</summary>
    private async Task<Outcome<IReadOnlyCollection<Invoice>>> CompleteAsync(IReadOnlyCollection<Invoice> invoices, CancellationToken cancellationToken)
    {
        foreach (var invoice in invoices.Where(i => i.Lines is { HasMore: true }))
        {
            if (!(await reader.InvoiceAsync(invoice.Id, cancellationToken)).TryGet(out var whole, out var refusal))
            {
                return refusal;
            }

            invoice.Lines.Data = whole.Lines.Data;
        }

        foreach (var source in invoices.SelectMany(i => i.TotalDiscountAmounts ?? []).Select(d => d.Discount?.Source).Where(s => s is { Coupon: null, CouponId: not null }))
        {
            if (!(await reader.CouponAsync(source!.CouponId, cancellationToken)).TryGet(out var coupon, out var refusal))
            {
                return refusal;
            }

            source.Coupon = coupon;
        }

        return new Outcome<IReadOnlyCollection<Invoice>>.Ok(invoices);
    }
}
