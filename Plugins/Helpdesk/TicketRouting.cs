using BillingCopilot.Billing.Triage;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Plugins.Crm;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Helpdesk;

/// <summary>Into which queue a ticket goes: by what its words want, and by what the CRM says of its customer.</summary>
public sealed class TicketRouting(QueueBook queues, ICrm crm)
{
    /// <summary>What the CRM says of a customer; null when it has no account of theirs.</summary>
    public Task<CrmAccount?> AccountAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken) =>
        crm.AccountAsync(tenant, customerId, cancellationToken);

    /// <param name="account">Null while the customer is not known.</param>
    public QueueRule QueueOf(string intent, CrmAccount? account) => queues.For(intent, account?.Segment, account?.Tier);

    /// <param name="customerId">Null while it is not known.</param>
    public async Task<string> QueueOfAsync(TenantContext tenant, Ticket ticket, string? customerId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        var account = customerId is null ? null : await AccountAsync(tenant, customerId, cancellationToken);
        return QueueOf(TicketClassifier.Shipped.Classify($"{ticket.Subject}\n{ticket.Body}").Intent, account).Name;
    }
}
