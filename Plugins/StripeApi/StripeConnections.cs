using System.Collections.Concurrent;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>The Stripe connection of every tenant. Filled at start-up, when the sandbox's address is known.</summary>
public sealed class StripeConnections
{
    private readonly ConcurrentDictionary<string, StripeConnection> _byTenant = new(StringComparer.Ordinal);

    /// <summary>Sets a tenant's connection.</summary>
    public StripeConnections Set(string tenantId, StripeConnection connection)
    {
        _byTenant[tenantId] = connection;
        return this;
    }

    /// <summary>The tenant's connection. Throws when it has none, or when its keys are of the other mode.</summary>
    public StripeConnection For(TenantContext tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        if (!_byTenant.TryGetValue(tenant.Id, out var connection))
        {
            throw new InvalidOperationException($"Tenant '{tenant.Id}' has no Stripe connection.");
        }

        return connection.Livemode == tenant.Livemode
            ? connection
            : throw new InvalidOperationException($"Tenant '{tenant.Id}' is {Mode(tenant.Livemode)}, but its Stripe keys are {Mode(connection.Livemode)}.");
    }

    private static string Mode(bool live) => live ? "live" : "test";
}
