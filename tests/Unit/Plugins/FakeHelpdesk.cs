using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Storage;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>A helpdesk with the tickets that a test puts in.</summary>
internal sealed class FakeHelpdesk : IHelpdesk
{
    private readonly Dictionary<string, Ticket> _tickets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _received = new(StringComparer.Ordinal);

    /// <summary>When a ticket's words changed, by its id.</summary>
    public Dictionary<string, DateTimeOffset> Changed { get; } = new(StringComparer.Ordinal);

    public void Add(Ticket ticket) => _tickets[ticket.Id] = ticket;

    public void Add(Ticket ticket, DateTimeOffset received) => (_tickets[ticket.Id], _received[ticket.Id]) = (ticket, received);

    public Task<Ticket?> FindAsync(TenantContext tenant, string idOrNumber, CancellationToken cancellationToken) =>
        Task.FromResult(_tickets.Values.FirstOrDefault(t => t.Id == idOrNumber || t.Number == idOrNumber));

    public Task<IReadOnlyList<ReceivedTicket>> ListAsync(TenantContext tenant, string customerId, string? address, DateTimeOffset since, int most, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ReceivedTicket>>([.. _tickets.Values.Where(t => t.CustomerId == customerId || (t.CustomerId is null && address is not null && t.SenderMail == address))
            .Select(t => new ReceivedTicket(t, _received.GetValueOrDefault(t.Id, since))).Where(r => r.At >= since).OrderByDescending(r => r.At).Take(most)]);

    public Task<IReadOnlyDictionary<string, DateTimeOffset>> ChangedAsync(TenantContext tenant, IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, DateTimeOffset>>(Changed.Where(c => ids.Contains(c.Key)).ToDictionary());

    public Task<IReadOnlyList<ReceivedTicket>> WaitingAsync(TenantContext tenant, string queue, int skip, int most, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ReceivedTicket>>([.. Received.Where(r => r.Ticket.Queue == queue && r.Ticket.ClosedAt is null).OrderBy(r => r.At).Skip(skip).Take(most)]);

    public Task<IReadOnlyList<ReceivedTicket>> PastAsync(TenantContext tenant, string intent, string? except, int most, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ReceivedTicket>>([.. Received.Where(r => r.Ticket.Intent == intent && r.Ticket.ClosedAt is not null && r.Ticket.Id != except).OrderByDescending(r => r.At).Take(most)]);

    private IEnumerable<ReceivedTicket> Received => _tickets.Values.Select(t => new ReceivedTicket(t, _received.GetValueOrDefault(t.Id)));

    public Task<bool> HasNoteAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken) => Task.FromResult(false);
}
