using BillingCopilot.Billing;
using BillingCopilot.Billing.Triage;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.People;
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

    /// <summary>Whether somebody may read what lies in a queue. One that policy.yaml no longer has is read like the last.</summary>
    /// <param name="asker">Null where nobody is at the keyboard: such a task reads all.</param>
    /// <param name="queue">Empty for none, which everybody reads.</param>
    public bool MayRead(Person? asker, string queue) => asker is null || queue.Length == 0 || (queues.Find(queue) ?? queues.All[^1]).ReadBy(asker);

    /// <summary>Whether somebody reads all queues.</summary>
    /// <inheritdoc cref="MayRead" path="/param[@name='asker']"/>
    public bool ReadsAll(Person? asker) => asker is null || queues.All.All(q => q.ReadBy(asker));

    /// <summary>Why a ticket is not shown to somebody; null when it is.</summary>
    /// <inheritdoc cref="MayRead" path="/param[@name='asker']"/>
    public Refusal? NotFor(Person? asker, Ticket ticket)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        var queue = queues.Find(ticket.Queue) ?? queues.All[^1];
        return MayRead(asker, ticket.Queue)
            ? null
            : new Refusal("not_your_queue", $"That ticket lies in queue {queue.Name}, which is read by {string.Join(", ", queue.Reads)}; it is not shown to other roles.", "Ask one of them.");
    }

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
