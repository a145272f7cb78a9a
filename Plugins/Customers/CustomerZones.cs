using BillingCopilot.Billing;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Customers;

/// <summary>Where a customer is: the metadata <c>time_zone</c> or <c>timezone</c>, the billing address, the preferred languages.</summary>
internal sealed class CustomerZones(StripeReaders readers) : ICustomerZones
{
    public async Task<Outcome<ZoneHints>> ReadAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken) =>
        (await readers.For(tenant).CustomerAsync(customerId, cancellationToken)).Map(c => new ZoneHints(
            c.Metadata?.GetValueOrDefault("time_zone") ?? c.Metadata?.GetValueOrDefault("timezone"),
            c.Address?.Country,
            c.Address?.State,
            c.PreferredLocales ?? []));
}
