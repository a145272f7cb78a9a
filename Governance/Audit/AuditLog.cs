using System.Text.Json.Nodes;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Audit;

/// <summary>
/// The hash-chained record of what was asked, proposed, decided and done: one chain a tenant and node, numbered without
/// gaps. It holds ids, codes and figures, never names, addresses or a model's words.
/// </summary>
public sealed class AuditLog(CopilotDbFactory databases, BusinessClock clock, AuditOptions options)
{
    internal const string NoPrevious = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>Appends within the caller's transaction: it counts only if that commits. Append last, before the commit.</summary>
    public async Task<AuditRow> AppendAsync(CopilotDb db, AuditEntry entry, CancellationToken cancellationToken)
    {
        await db.LockAsync("audit:" + options.Node, cancellationToken);
        var last = await NewestAsync(db, cancellationToken);
        var row = AuditChain.Link(db.Tenant.Id, options.Node, last, At(entry), entry);
        db.Audit.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        db.Entry(row).State = EntityState.Detached;
        return row;
    }

    /// <summary>The same for several entries, in their order; what the context tracks is not saved with them.</summary>
    public async Task AppendAsync(CopilotDb db, IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        await db.LockAsync("audit:" + options.Node, cancellationToken);
        var last = await NewestAsync(db, cancellationToken);
        var rows = new List<AuditRow>();
        foreach (var entry in entries)
        {
            rows.Add(last = AuditChain.Link(db.Tenant.Id, options.Node, last, At(entry), entry));
        }

        await db.InsertAllAsync(rows, cancellationToken);
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

    /// <summary>The newest entry of this node; null when there is none.</summary>
    public async Task<AuditHead?> HeadAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await NewestAsync(db, cancellationToken) is { } row ? new AuditHead(row.Seq, row.Hash) : null;
    }

    /// <summary>Names of the nodes that have a chain, in order.</summary>
    public async Task<IReadOnlyList<string>> NodesAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.Audit.Select(r => r.Node).Distinct().OrderBy(n => n).ToListAsync(cancellationToken);
    }

    /// <summary>Entries after <paramref name="afterSeq"/>, oldest first, of one node's chain.</summary>
    /// <param name="node">Null for this node.</param>
    public async Task<IReadOnlyList<AuditRow>> ReadAsync(TenantContext tenant, long afterSeq, int limit, CancellationToken cancellationToken, string? node = null)
    {
        await using var db = databases.Open(tenant);
        var chain = node ?? options.Node;
        return await db.Audit.AsNoTracking().Where(r => r.Node == chain && r.Seq > afterSeq).OrderBy(r => r.Seq).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>Entries about one proposal or task, oldest first.</summary>
    public async Task<IReadOnlyList<AuditRow>> ReadAboutAsync(TenantContext tenant, string subject, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.Audit.AsNoTracking().Where(r => r.Subject == subject).OrderBy(r => r.At).ThenBy(r => r.Node).ThenBy(r => r.Seq).ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Recomputes the whole chain. A chain cut off at its end looks whole by itself: pass a head that was kept
    /// elsewhere to find that too.
    /// </summary>
    public Task<AuditVerification> VerifyAsync(TenantContext tenant, CancellationToken cancellationToken, AuditHead? kept = null) =>
        VerifyAsync(tenant, options.Node, kept is null ? [] : [kept], cancellationToken);

    /// <summary>The same for one node's chain and all the heads of it that were kept.</summary>
    internal async Task<AuditVerification> VerifyAsync(TenantContext tenant, string node, IReadOnlyList<AuditHead> kept, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var check = new AuditChain(kept);
        AuditRow? held = null;
        await foreach (var row in db.Audit.AsNoTracking().Where(r => r.Node == node).OrderBy(r => r.Seq).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (held is not null && check.Follow(held, row) is { } fault)
            {
                return fault;
            }

            held = row;
        }

        return (held is null ? null : check.Follow(held, null)) ?? check.Finish();
    }

    private Task<AuditRow?> NewestAsync(CopilotDb db, CancellationToken cancellationToken) => db.LastAsync<AuditRow>([(nameof(AuditRow.Node), options.Node)], nameof(AuditRow.Seq), cancellationToken);

    // Stored with millisecond precision, so hashed with it.
    private DateTimeOffset At(AuditEntry entry) => DateTimeOffset.FromUnixTimeMilliseconds((entry.At ?? clock.UtcNow).ToUnixTimeMilliseconds());
}

/// <summary>What happened.</summary>
/// <param name="Kind"><c>proposal.created</c>, <c>approval.recorded</c>, …</param>
/// <param name="Actor">Person id, agent or <c>executor</c>.</param>
/// <param name="Subject">Proposal or task id.</param>
/// <param name="Details">Ids, codes and figures; no personal data, no secrets.</param>
public sealed record AuditEntry(string Kind, string Actor, string Subject, JsonObject Details)
{
    /// <summary>When it happened; null: as it is appended.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The same, naming stored contents; null: none were stored.</summary>
    public AuditEntry Naming((string Id, string Hash)? content)
    {
        var details = (JsonObject)Details.DeepClone();
        (details["content"], details["content_hash"]) = (content?.Id, content?.Hash);
        return this with { Details = details };
    }
}

/// <summary>The newest entry of a chain; kept elsewhere, it shows whether the chain was cut.</summary>
public sealed record AuditHead(long Seq, string Hash);

/// <summary>Whether a chain is whole.</summary>
/// <param name="BadSeq">First entry that is wrong or missing; null when whole.</param>
/// <param name="Why">What is wrong with it.</param>
public sealed record AuditVerification(bool Whole, long Count, AuditHead? Head, long? BadSeq, string? Why);
