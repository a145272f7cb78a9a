using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Plugins.Helpdesk;

/// <summary>The notes of the local helpdesk and CRM. The proposal is the row's key, so a repetition adds nothing.</summary>
internal static class LocalNotes
{
    public static async Task<bool> HasAsync(CopilotDbFactory databases, TenantContext tenant, string proposalId, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.Notes.AnyAsync(n => n.ProposalId == proposalId, cancellationToken);
    }

    public static async Task AddAsync(CopilotDbFactory databases, BusinessClock clock, WriteGrant grant, string? ticket, string customer, string text, string? queue, CancellationToken cancellationToken)
    {
        await grant.LeaveAsync(cancellationToken);
        await using var db = databases.Open(grant.Tenant);
        db.Notes.Add(new NoteRow
        {
            TenantId = grant.Tenant.Id,
            ProposalId = grant.ProposalId,
            TicketId = ticket,
            CustomerId = customer,
            Text = text,
            Author = grant.ApprovedBy,
            At = clock.UtcNow,
        });
        if (queue is not null && await db.Tickets.SingleOrDefaultAsync(t => t.Id == ticket, cancellationToken) is { } row)
        {
            row.Queue = queue;
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (db.IsDuplicate(e))
        {
            // The note of this grant is there already.
        }
    }
}
