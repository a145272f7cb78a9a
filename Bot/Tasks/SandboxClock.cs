using BillingCopilot.Bot.Hosting;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Tasks;

/// <summary>
/// With a sandbox, business time follows its clock by the answers it gives. What rests on "today" asks first, so
/// that it does not rest on an answer of long ago. With Stripe's own keys there is nothing to ask.
/// </summary>
public sealed class SandboxClock(TenantList tenants, StripeReaders readers)
{
    public Task ObserveAsync(TenantContext tenant, CancellationToken cancellationToken) =>
        tenants.Find(tenant.Id) is { IsSandbox: true }
            ? readers.For(tenant).ObserveClockAsync(cancellationToken)
            : Task.CompletedTask;
}
