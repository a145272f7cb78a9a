using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Helpdesk;

/// <summary>A ticket as the helpdesk has it. Subject, body and sender are somebody else's words.</summary>
/// <param name="Id">Our id: <c>tkt_…</c>.</param>
/// <param name="Number">The helpdesk's number.</param>
/// <param name="CustomerId">Stripe customer that the helpdesk names; null when none.</param>
/// <param name="Intent">What it was sorted as when it came; empty when it was not.</param>
/// <param name="Queue">Where it lies; empty when in none.</param>
/// <param name="ClosedAt">Null while it is open.</param>
public sealed record Ticket(
    string Id, string Number, string Subject, string Body, string SenderName, string SenderMail, string? CustomerId, string Intent = "", string Queue = "", DateTimeOffset? ClosedAt = null);

/// <summary>A ticket and when it came.</summary>
public sealed record ReceivedTicket(Ticket Ticket, DateTimeOffset At);

/// <summary>A helpdesk, for reading. A vendor's takes the place of the local one.</summary>
public interface IHelpdesk
{
    /// <summary>The ticket of this id or number, or null.</summary>
    Task<Ticket?> FindAsync(TenantContext tenant, string idOrNumber, CancellationToken cancellationToken);

    /// <summary>Tickets since an instant that name this Stripe customer, or that name none and came from this address; newest first.</summary>
    /// <param name="address">Null when the customer has none.</param>
    Task<IReadOnlyList<ReceivedTicket>> ListAsync(TenantContext tenant, string customerId, string? address, DateTimeOffset since, int most, CancellationToken cancellationToken);

    /// <summary>When the words of these tickets last changed, by our id; one whose words are the first is left out.</summary>
    Task<IReadOnlyDictionary<string, DateTimeOffset>> ChangedAsync(TenantContext tenant, IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <summary>Open tickets of a queue, the longest waiting first.</summary>
    /// <param name="skip">How many of the longest waiting are left out: those of earlier pages.</param>
    Task<IReadOnlyList<ReceivedTicket>> WaitingAsync(TenantContext tenant, string queue, int skip, int most, CancellationToken cancellationToken);

    /// <summary>Closed tickets of this intent, newest first.</summary>
    /// <param name="except">Id of a ticket that is left out.</param>
    Task<IReadOnlyList<ReceivedTicket>> PastAsync(TenantContext tenant, string intent, string? except, int most, CancellationToken cancellationToken);

    /// <summary>True when this proposal's note is on its ticket.</summary>
    Task<bool> HasNoteAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken);
}

/// <summary>What may be written into a helpdesk; opened for one grant.</summary>
public interface IHelpdeskWriter
{
    /// <summary>Posts an internal note, once for a grant however often it is called.</summary>
    /// <param name="queue">Where the ticket goes with it; null leaves it where it is.</param>
    Task PostNoteAsync(string ticketId, string customerId, string text, string? queue, CancellationToken cancellationToken);
}
