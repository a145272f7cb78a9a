using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Opens readers: with the specialist's own restricted key where it has one.</summary>
public sealed class StripeReaders
{
    private readonly StripeClients _clients;
    private readonly StripeConnections _connections;

    internal StripeReaders(StripeClients clients, StripeConnections connections)
    {
        _clients = clients;
        _connections = connections;
    }

    /// <summary>A reader for a specialist's tools.</summary>
    public StripeReader For(ToolScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Open(scope.Tenant, scope.Agent);
    }

    /// <summary>A reader for previews and reconciliation.</summary>
    public StripeReader For(TenantContext tenant) => Open(tenant, null);

    private StripeReader Open(TenantContext tenant, string? agent)
    {
        var connection = _connections.For(tenant);
        return new StripeReader(_clients.Open(connection, connection.ReadKeyOf(agent)), connection.ApiBase);
    }
}
