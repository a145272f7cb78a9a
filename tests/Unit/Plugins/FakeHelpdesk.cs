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

    public Task<bool> HasNoteAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken) => Task.FromResult(false);
}
