using BillingCopilot.Billing;
using BillingCopilot.Billing.Triage;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>An open ticket as its queue shows it. The subject is somebody else's words, cleaned and cut.</summary>
/// <param name="Customer">Stripe customer: the helpdesk's, else the one that the note's proposal names; null while it is not known.</param>
/// <param name="CustomerName">As the note's proposal names them; null without one.</param>
/// <param name="Note">Where the newest proposal of an internal note stands: <c>pending</c>, <c>executed</c>; null when none was made.</param>
/// <param name="NoteProposal">Id of that proposal.</param>
public sealed record WaitingTicket(
    string Queue, string Number, DateTimeOffset Received, string Subject, string Intent, string Urgency, string Language, string? Customer, string? CustomerName, string? Note, string? NoteProposal);

/// <summary>Open tickets of one queue, the longest waiting first.</summary>
/// <param name="HasMore">There are others behind them.</param>
public sealed record QueuePage(string Queue, IReadOnlyList<WaitingTicket> Tickets, bool HasMore);

/// <summary>The queues of policy.yaml as a person may read them: the same for the command line, the API and the console.</summary>
public sealed class TicketQueues(PolicyBook policies, IHelpdesk helpdesk, ProposalBook proposals)
{
    /// <summary>Most tickets of one page.</summary>
    public const int MostRows = 200;

    private const int LongestSubject = 80;

    private readonly QueueBook _queues = policies.Queues;

    /// <summary>Those that this person reads, in policy.yaml's order.</summary>
    public IReadOnlyList<QueueRule> ReadBy(Person person) => [.. _queues.All.Where(q => q.ReadBy(person))];

    /// <summary>The queue of this name, or why this person can't have it.</summary>
    public Outcome<QueueRule> Find(string name, Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return _queues.Find(name) switch
        {
            null => new Refusal("unknown_queue", $"queue '{PlainText.Clean(name, 60)}' is not in policy.yaml.", $"There are: {string.Join(", ", _queues.All.Select(q => q.Name))}."),
            { } queue when queue.ReadBy(person) => queue,
            { } queue => new Refusal("not_allowed", $"queue {queue.Name} is read by {string.Join(", ", queue.Reads)}; {person.Id} is none of them.", $"You read: {(ReadBy(person) is { Count: > 0 } own ? string.Join(", ", own.Select(q => q.Name)) : "none")}."),
        };
    }

    /// <param name="queue">One that the asker reads: <see cref="Find"/> or <see cref="ReadBy"/> says which.</param>
    /// <param name="skip">Tickets of earlier pages.</param>
    /// <param name="most">1 to <see cref="MostRows"/>.</param>
    public async Task<QueuePage> PageAsync(TenantContext tenant, QueueRule queue, int skip, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var waiting = await helpdesk.WaitingAsync(tenant, queue.Name, skip, most + 1, cancellationToken);
        var shown = waiting.Take(most).ToList();
        var notes = shown.Count == 0 ? [] : (await proposals.ListForTargetsAsync(tenant, PostInternalNote.Descriptor.Name, [.. shown.Select(t => t.Ticket.Id)], cancellationToken))
            .GroupBy(p => p.Target.Id, StringComparer.Ordinal).ToDictionary(p => p.Key, p => p.First(), StringComparer.Ordinal);
        return new QueuePage(queue.Name, [.. shown.Select(t => Row(queue.Name, t, notes.GetValueOrDefault(t.Ticket.Id)))], waiting.Count > most);
    }

    private static WaitingTicket Row(string queue, ReceivedTicket waiting, ProposalView? note)
    {
        var (ticket, at) = waiting;
        var labels = TicketClassifier.Shipped.Classify($"{ticket.Subject}\n{ticket.Body}");
        var customer = ticket.CustomerId ?? (note?.Status is ProposalStatus.Pending or ProposalStatus.Approved or ProposalStatus.Executing or ProposalStatus.Executed ? note.Customer.Id : null);
        return new WaitingTicket(
            queue, PlainText.Clean(ticket.Number, 60), at, PlainText.Clean(ticket.Subject, LongestSubject), ticket.Intent, labels.Urgency, labels.Language,
            customer, note is not null && note.Customer.Id == customer ? note.CustomerName : null, note is null ? null : WireName.Of(note.Status), note?.Id);
    }
}
