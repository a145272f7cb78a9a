using System.Linq.Expressions;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Plugins.Helpdesk;

/// <summary>The helpdesk in our own database: tickets that came by webhook.</summary>
internal sealed class LocalHelpdesk(CopilotDbFactory databases) : IHelpdesk
{
    /// <summary>A row as others read it; translated to SQL.</summary>
    private static readonly Expression<Func<TicketRow, ReceivedTicket>> Received = t =>
        new ReceivedTicket(new Ticket(t.Id, t.Number, t.Subject, t.Body, t.SenderName, t.SenderMail, t.CustomerId, t.Intent, t.Queue, t.ClosedAt), t.ReceivedAt);

    public async Task<Ticket?> FindAsync(TenantContext tenant, string idOrNumber, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return (await db.Tickets.AsNoTracking().Where(t => t.Id == idOrNumber || t.Number == idOrNumber)
            .Select(Received).FirstOrDefaultAsync(cancellationToken))?.Ticket;
    }

    public async Task<IReadOnlyList<ReceivedTicket>> ListAsync(TenantContext tenant, string customerId, string? address, DateTimeOffset since, int most, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var mail = string.IsNullOrWhiteSpace(address) ? null : address.Trim().ToUpperInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL, which compares.
        return await db.Tickets.AsNoTracking()
            .Where(t => t.ReceivedAt >= since && (t.CustomerId == customerId || (t.CustomerId == null && mail != null && t.SenderMail.ToUpper() == mail)))
            .OrderByDescending(t => t.ReceivedAt).ThenBy(t => t.Id).Take(most)
            .Select(Received).ToListAsync(cancellationToken);
#pragma warning restore CA1304, CA1311, CA1862
    }

    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> ChangedAsync(TenantContext tenant, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var changes = await db.Inbox.AsNoTracking().Where(e => e.Account == TicketEvents.Account && e.Payload == TicketEvents.WordsChanged && ids.Contains(e.ObjectId))
            .Select(e => new { e.ObjectId, e.ReceivedAt }).ToListAsync(cancellationToken);
        return changes.GroupBy(c => c.ObjectId, StringComparer.Ordinal).ToDictionary(c => c.Key, c => c.Max(e => e.ReceivedAt), StringComparer.Ordinal);
    }

    public async Task<IReadOnlyList<ReceivedTicket>> WaitingAsync(TenantContext tenant, string queue, int skip, int most, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.Tickets.AsNoTracking().Where(t => t.Queue == queue && t.ClosedAt == null).OrderBy(t => t.ReceivedAt).ThenBy(t => t.Id).Skip(skip).Take(most)
            .Select(Received).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<ReceivedTicket>> PastAsync(TenantContext tenant, string intent, string? except, int most, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.Tickets.AsNoTracking().Where(t => t.Intent == intent && t.ClosedAt != null && t.Id != except).OrderByDescending(t => t.ReceivedAt).ThenBy(t => t.Id).Take(most)
            .Select(Received).ToListAsync(cancellationToken);
    }

    public Task<bool> HasNoteAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken) =>
        LocalNotes.HasAsync(databases, tenant, proposalId, cancellationToken);
}

/// <inheritdoc cref="IHelpdeskWriter"/>
internal sealed class LocalHelpdeskWriter(CopilotDbFactory databases, BusinessClock clock, WriteGrant grant) : IHelpdeskWriter
{
    public Task PostNoteAsync(string ticketId, string customerId, string text, string? queue, CancellationToken cancellationToken) =>
        LocalNotes.AddAsync(databases, clock, grant, ticketId, customerId, text, queue, cancellationToken);
}
