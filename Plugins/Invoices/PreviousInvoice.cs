using BillingCopilot.Billing;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using Stripe;

namespace BillingCopilot.Plugins.Invoices;

/// <summary>The invoice that another is compared with.</summary>
internal static class PreviousInvoice
{
    /// <summary>Its code, when there is none.</summary>
    public const string None = "no_previous_invoice";

    public static async Task<Outcome<Invoice>> OfAsync(StripeReader reader, Invoice current, CancellationToken cancellationToken)
    {
        var filter = new InvoiceListOptions { Customer = current.CustomerId, Subscription = current.SubscriptionId() };
        if (!(await reader.InvoicesAsync(filter, cancellationToken)).TryGet(out var invoices, out var refusal))
        {
            return refusal;
        }

        var earlier = invoices.Items.Where(i => i.IsFinal() && i.Id != current.Id && i.Created < current.Created).ToList();

        if (earlier.Count == 0 && await InAnotherCurrencyAsync(reader, current, cancellationToken) is { } other)
        {
            return await reader.InvoiceAsync(other.Id, cancellationToken);
        }

        // A renewal is compared with the renewal before it, not with a small invoice for a change in between.
        var sameKind = IsRenewal(current) ? earlier.FirstOrDefault(IsRenewal) : null;
        return (sameKind ?? earlier.FirstOrDefault()) is { } previous
            ? await reader.InvoiceAsync(previous.Id, cancellationToken)
            : new Refusal(None, $"{current.Number ?? "It"} is the first invoice of its kind: there is none before it to compare with.", "Use get_invoice to explain its lines.");
    }

    /// <summary>
    /// The customer's last invoice before the first of a subscription, where it was in another currency: Stripe bills a
    /// customer in one at a time, so a new currency comes with a new subscription.
    /// </summary>
    private static async Task<Invoice?> InAnotherCurrencyAsync(StripeReader reader, Invoice current, CancellationToken cancellationToken) =>
        current.SubscriptionId() is not null
        && (await reader.InvoicesAsync(new InvoiceListOptions { Customer = current.CustomerId }, cancellationToken)).TryGet(out var all, out _)
        && all.Items.FirstOrDefault(i => i.IsFinal() && i.Created < current.Created) is { } last && last.Currency != current.Currency
            ? last
            : null;

    private static bool IsRenewal(Invoice invoice) => invoice.BillingReason is "subscription_cycle" or "subscription_create";
}
