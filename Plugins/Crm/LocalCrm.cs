using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Plugins.Crm;

/// <summary>The CRM in our own database.</summary>
internal sealed class LocalCrm(CopilotDbFactory databases) : ICrm
{
    public async Task<IReadOnlyList<CrmNote>> NotesAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.Notes.AsNoTracking().Where(n => n.CustomerId == customerId).OrderByDescending(n => n.At)
            .Select(n => new CrmNote(n.CustomerId, n.Text, n.Author, n.At))
            .ToListAsync(cancellationToken);
    }

    public async Task<CrmAccount?> AccountAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.CrmAccounts.AsNoTracking().Where(a => a.CustomerId == customerId).Select(a => new CrmAccount(a.Owner, a.Segment, a.Tier)).SingleOrDefaultAsync(cancellationToken);
    }

    public Task<bool> HasNoteAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken) =>
        LocalNotes.HasAsync(databases, tenant, proposalId, cancellationToken);
}

/// <inheritdoc cref="ICrmWriter"/>
internal sealed class LocalCrmWriter(CopilotDbFactory databases, BusinessClock clock, WriteGrant grant) : ICrmWriter
{
    public Task AddNoteAsync(string customerId, string text, CancellationToken cancellationToken) =>
        LocalNotes.AddAsync(databases, clock, grant, null, customerId, text, null, cancellationToken);
}
