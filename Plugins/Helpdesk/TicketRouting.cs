using BillingCopilot.Billing;
using BillingCopilot.Billing.Triage;
using BillingCopilot.Governance.Canonical;
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

    /// <summary>Why an intent can't be what somebody read; null when it can, or when none was given.</summary>
    public static Refusal? Unknown(string? intent) => intent is null or TicketClassifier.Other || TicketClassifier.Shipped.Intents.Contains(intent)
        ? null
        : new Refusal("unknown_intent", $"intent: there is no '{PlainText.Clean(intent, 60)}'.", $"Leave it out, or give one of {string.Join(", ", TicketClassifier.Shipped.Intents)}.");

    /// <param name="account">Null while the customer is not known.</param>
    public QueueRule QueueOf(string intent, CrmAccount? account) => queues.For(intent, account?.Segment, account?.Tier);

    /// <param name="customerId">Null while it is not known.</param>
    /// <param name="reading">The intent as whoever read it gives it: counts where the words decide nothing.</param>
    public async Task<string> QueueOfAsync(TenantContext tenant, Ticket ticket, string? customerId, string? reading, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        var account = customerId is null ? null : await AccountAsync(tenant, customerId, cancellationToken);
        return QueueOf(TicketClassifier.Shipped.Classify($"{ticket.Subject}\n{ticket.Body}").ReadAs(reading, TriageWords.Shipped).Intent, account).Name;
    }
}
