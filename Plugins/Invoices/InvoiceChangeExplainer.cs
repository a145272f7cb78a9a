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
            || !(await PreviousAsync(current, cancellationToken)).TryGet(out var previous, out refusal)
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

    private async Task<Outcome<Invoice>> PreviousAsync(Invoice current, CancellationToken cancellationToken)
    {
        var filter = new InvoiceListOptions { Customer = current.CustomerId, Subscription = current.SubscriptionId() };
        if (!(await _reader.InvoicesAsync(filter, cancellationToken)).TryGet(out var invoices, out var refusal))
        {
            return refusal;
        }

        var earlier = invoices.Items.Where(i => i.IsFinal() && i.Id != current.Id && i.Created < current.Created).ToList();

        // A renewal is compared with the renewal before it, not with a small invoice for a change in between.
        var sameKind = IsRenewal(current) ? earlier.FirstOrDefault(IsRenewal) : null;
        return (sameKind ?? earlier.FirstOrDefault()) is { } previous
            ? await _reader.InvoiceAsync(previous.Id, cancellationToken)
            : new Refusal("no_previous_invoice", $"{current.Number ?? "It"} is the first invoice of its kind: there is none before it to compare with.", "Use get_invoice to explain its lines.");
    }

    private static bool IsRenewal(Invoice invoice) => invoice.BillingReason is "subscription_cycle" or "subscription_create";
}
