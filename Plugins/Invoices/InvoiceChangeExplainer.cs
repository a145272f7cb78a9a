using BillingCopilot.Billing;
using BillingCopilot.Billing.Invoices;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using Stripe;

namespace BillingCopilot.Plugins.Invoices;

/// <summary>Finds the two invoices to compare, and compares them.</summary>
internal sealed class InvoiceChangeExplainer(ToolContext context)
{
    private readonly StripeReader _reader = context.Reader;

    /// <param name="invoiceId">The invoice to explain; null takes the customer's last one.</param>
    public async Task<Outcome<InvoiceChangeExplanation>> ExplainAsync(string? customerId, string? invoiceId, CancellationToken cancellationToken)
    {
        if (!(await CurrentAsync(customerId, invoiceId, cancellationToken)).TryGet(out var current, out var refusal)
            || !(await PreviousInvoice.OfAsync(_reader, current, cancellationToken)).TryGet(out var previous, out refusal)
            || !(await InvoicePast.ReadAsync(current, context, cancellationToken)).TryGet(out var past, out refusal)
            || !(await _reader.PricesAsync(InvoiceFactsMap.PriceIds(current).Concat(InvoiceFactsMap.PriceIds(previous)), cancellationToken)).TryGet(out var prices, out refusal)
            || !(await _reader.ProductNamesAsync(InvoiceFactsMap.ProductIds(current).Concat(InvoiceFactsMap.ProductIds(previous)), cancellationToken)).TryGet(out var products, out refusal))
        {
            return refusal;
        }

        return InvoiceComparison.Compare(InvoiceFactsMap.Of(previous, prices, products), InvoiceFactsMap.Of(current, prices, products))
            .Map(comparison => ChangeProjection.Of(current, previous, comparison, past, context.Tenant));
    }

    private async Task<Outcome<Invoice>> CurrentAsync(string? customerId, string? invoiceId, CancellationToken cancellationToken)
    {
        if (invoiceId is not null)
        {
            var asked = await _reader.InvoiceAsync(invoiceId, cancellationToken);
            return customerId is not null && asked is Outcome<Invoice>.Ok { Value.CustomerId: var owner } && owner != customerId
                ? new Refusal("other_customer", "That invoice is another customer's.", "Give the customer or the invoice, not both.")
                : asked;
        }

        if (customerId is null)
        {
            return ToolResult.Missing("Neither a customer nor an invoice was given.");
        }

        if (!(await _reader.InvoicesAsync(new InvoiceListOptions { Customer = customerId }, cancellationToken)).TryGet(out var invoices, out var refusal))
        {
            return refusal;
        }

        var final = invoices.Items.Where(i => i.IsFinal()).ToList();
        return (final.FirstOrDefault(i => i.SubscriptionId() is not null) ?? final.FirstOrDefault()) is { } last
            ? await _reader.InvoiceAsync(last.Id, cancellationToken)
            : new Refusal("no_invoice", "The customer has no invoice that was sent.");
    }
}
