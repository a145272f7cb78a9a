using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Storage;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>A helpdesk with the tickets that a test puts in.</summary>
internal sealed class FakeHelpdesk : IHelpdesk
{
    private readonly Dictionary<string, Ticket> _tickets = new(StringComparer.Ordinal);

    public void Add(Ticket ticket) => _tickets[ticket.Id] = ticket;

    public Task<Ticket?> FindAsync(TenantContext tenant, string idOrNumber, CancellationToken cancellationToken) =>
        Task.FromResult(_tickets.Values.FirstOrDefault(t => t.Id == idOrNumber || t.Number == idOrNumber));

    public Task<IReadOnlyList<ReceivedTicket>> ListAsync(TenantContext tenant, string customerId, string? address, DateTimeOffset since, int most, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ReceivedTicket>>([.. _tickets.Values.Where(t => t.CustomerId == customerId).Take(most).Select(t => new ReceivedTicket(t, since))]);

    public Task<bool> HasNoteAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken) => Task.FromResult(false);
}
