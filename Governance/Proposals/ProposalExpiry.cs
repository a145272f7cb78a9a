using System.Text.Json.Nodes;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Proposals;

/// <summary>Turns pending proposals whose time is over into expired ones, whenever somebody looks.</summary>
internal sealed class ProposalExpiry(CopilotDbFactory databases, BusinessClock clock, AuditLog audit)
{
    private static readonly string Pending = WireName.Of(ProposalStatus.Pending);
    private static readonly string Expired = WireName.Of(ProposalStatus.Expired);

    public async Task SweepAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var now = clock.UtcNow;
        var due = await db.Proposals.Where(p => p.Status == Pending && p.ExpiresAt <= now).Select(p => p.Id).ToListAsync(cancellationToken);
        foreach (var id in due)
        {
            await ExpireAsync(db, id, cancellationToken);
        }
    }

    private async Task ExpireAsync(CopilotDb db, string id, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(cancellationToken);
        var moved = await db.Proposals.Where(p => p.Id == id && p.Status == Pending)
            .ExecuteUpdateAsync(p => p.SetProperty(r => r.Status, Expired), cancellationToken);
        if (moved == 1)
        {
            await audit.AppendAsync(db, new AuditEntry("proposal.expired", "governance", id, new JsonObject()), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
