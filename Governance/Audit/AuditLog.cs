using System.Text.Json.Nodes;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Audit;

/// <summary>
/// The hash-chained record of what was proposed, decided and done: one chain a tenant, numbered without gaps.
/// It holds ids, codes and figures, never names, addresses or a model's words.
/// </summary>
public sealed class AuditLog(CopilotDbFactory databases, BusinessClock clock)
{
    internal const string NoPrevious = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>Appends within the caller's transaction: it counts only if that commits. Append last, before the commit.</summary>
    public async Task<AuditRow> AppendAsync(CopilotDb db, AuditEntry entry, CancellationToken cancellationToken)
    {
        await db.LockAsync("audit", cancellationToken);
        var last = await db.Audit.AsNoTracking().OrderByDescending(r => r.Seq).FirstOrDefaultAsync(cancellationToken);
        var row = AuditChain.Link(db.Tenant.Id, last, Now(), entry);
        db.Audit.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        db.Entry(row).State = EntityState.Detached;
        return row;
    }

    /// <summary>Appends in a transaction of its own.</summary>
    public async Task<AuditRow> AppendAsync(TenantContext tenant, AuditEntry entry, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        var row = await AppendAsync(db, entry, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return row;
    }

    /// <summary>Entries after <paramref name="afterSeq"/>, oldest first.</summary>
    public async Task<IReadOnlyList<AuditRow>> ReadAsync(TenantContext tenant, long afterSeq, int limit, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.Audit.AsNoTracking().Where(r => r.Seq > afterSeq).OrderBy(r => r.Seq).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>Entries about one proposal or task, oldest first.</summary>
    public async Task<IReadOnlyList<AuditRow>> ReadAboutAsync(TenantContext tenant, string subject, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.Audit.AsNoTracking().Where(r => r.Subject == subject).OrderBy(r => r.Seq).ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Recomputes the whole chain. A chain cut off at its end looks whole by itself: pass a head that was kept
    /// elsewhere to find that too.
    /// </summary>
    public async Task<AuditVerification> VerifyAsync(TenantContext tenant, CancellationToken cancellationToken, AuditHead? kept = null)
    {
        await using var db = databases.Open(tenant);
        var check = new AuditChain(kept);
        await foreach (var row in db.Audit.AsNoTracking().OrderBy(r => r.Seq).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (check.Follow(row) is { } fault)
            {
                return fault;
            }
        }

        return check.Finish();
    }

    // Stored with millisecond precision, so hashed with it.
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(clock.UtcNow.ToUnixTimeMilliseconds());
}

/// <summary>What happened.</summary>
/// <param name="Kind"><c>proposal.created</c>, <c>approval.recorded</c>, …</param>
/// <param name="Actor">Person id, agent or <c>executor</c>.</param>
/// <param name="Subject">Proposal or task id.</param>
/// <param name="Details">Ids, codes and figures; no personal data, no secrets.</param>
public sealed record AuditEntry(string Kind, string Actor, string Subject, JsonObject Details);

/// <summary>The newest entry of a chain; kept elsewhere, it shows whether the chain was cut.</summary>
public sealed record AuditHead(long Seq, string Hash);

/// <summary>Whether a chain is whole.</summary>
/// <param name="BadSeq">First entry that is wrong or missing; null when whole.</param>
/// <param name="Why">What is wrong with it.</param>
public sealed record AuditVerification(bool Whole, long Count, AuditHead? Head, long? BadSeq, string? Why);
