using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Guards;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Approvals;

/// <summary>
/// Lists of proposals of one cause: enumerated, hashed with their totals, signed once. Each row is then judged by
/// itself, under every rule that a decision on it alone would meet.
/// </summary>
public sealed class BatchDesk
{
    private static readonly string Pending = WireName.Of(ProposalStatus.Pending);

    private readonly CopilotDbFactory _databases;
    private readonly BusinessClock _clock;
    private readonly IdSource _ids;
    private readonly PolicyBook _policies;
    private readonly DecisionDesk _desk;
    private readonly GuardList _guards;
    private readonly ProposalExpiry _expiry;
    private readonly AuditLog _audit;

    internal BatchDesk(
        CopilotDbFactory databases, BusinessClock clock, IdSource ids, PolicyBook policies, DecisionDesk desk, GuardList guards, ProposalExpiry expiry, AuditLog audit) =>
        (_databases, _clock, _ids, _policies, _desk, _guards, _expiry, _audit) = (databases, clock, ids, policies, desk, guards, expiry, audit);

    /// <summary>
    /// Makes a list of the pending proposals of a cause, oldest first, as many as the policy lets one signature cover.
    /// Refusals: not_allowed, nothing_pending, batch_not_allowed.
    /// </summary>
    public async Task<Outcome<BatchView>> OpenAsync(TenantContext tenant, string cause, Person person, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        var rows = await db.Proposals.AsNoTracking().Where(p => p.Cause == cause && p.Status == Pending).OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).Take(200).ToListAsync(cancellationToken);
        if (rows.Count == 0)
        {
            return new Refusal("nothing_pending", $"Nothing of the cause '{PlainText.Clean(cause, 100)}' waits for a decision.", "GET /api/proposals names the cause of each.");
        }

        var policy = _policies.For(rows[0].Operation);
        if (await RefuseAsync(new ActCase(Act.OpenBatch, person, policy), cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var kept = rows.Take(policy.BatchRows).ToList();
        var batch = new BatchRow
        {
            TenantId = tenant.Id,
            Id = _ids.Next("batch"),
            Cause = cause,
            Operation = policy.Operation,
            Items = BatchItems.Write(kept),
            Hash = BatchItems.HashOf(cause, kept),
            CreatedBy = person.Id,
            CreatedAt = _clock.UtcNow,
        };
        await using var transaction = await db.BeginAsync(cancellationToken);
        db.Batches.Add(batch);
        await db.SaveChangesAsync(cancellationToken);
        await _audit.AppendAsync(db, new AuditEntry("batch.opened", person.Id, batch.Id, new JsonObject { ["cause"] = cause, ["rows"] = kept.Count, ["hash"] = batch.Hash }), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return await ViewAsync(db, batch, cancellationToken);
    }

    public async Task<BatchView?> FindAsync(TenantContext tenant, string id, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        return await db.Batches.AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, cancellationToken) is { } batch ? await ViewAsync(db, batch, cancellationToken) : null;
    }

    /// <summary>Takes rows out of a list that is not signed; it then has another hash. Refusals: not_found, already_signed, not_allowed, not_in_batch.</summary>
    public async Task<Outcome<BatchView>> RemoveAsync(TenantContext tenant, string id, IReadOnlyCollection<string> proposals, Person person, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync("batch:" + id, cancellationToken);
        if (!(await OpenedAsync(db, id, cancellationToken)).TryGet(out var batch, out var refusal))
        {
            return refusal;
        }

        if (await RefuseAsync(new ActCase(Act.RemoveRows, person, _policies.For(batch.Operation)), cancellationToken) is { } objection)
        {
            return objection;
        }

        var items = BatchItems.Read(batch.Items);
        if (proposals.FirstOrDefault(p => items.All(i => i.Id != p)) is { } foreign)
        {
            return new Refusal("not_in_batch", $"The list has no row '{PlainText.Clean(foreign, 60)}'.");
        }

        var left = items.Where(i => !proposals.Contains(i.Id)).Select(i => i.Id).ToList();
        var rows = await RowsAsync(db, left, cancellationToken);
        (batch.Items, batch.Hash) = (BatchItems.Write(rows), BatchItems.HashOf(batch.Cause, rows));
        await db.SaveChangesAsync(cancellationToken);
        await _audit.AppendAsync(db, new AuditEntry("batch.rows_removed", person.Id, id, new JsonObject { ["rows"] = new JsonArray([.. proposals.Select(p => JsonValue.Create(p))]), ["hash"] = batch.Hash }), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return await ViewAsync(db, batch, cancellationToken);
    }

    /// <summary>
    /// Signs the list as shown, once, and decides each row under that signature. Called again by the same person after
    /// a crash it goes on with the rows that are left. Refusals of the whole: not_found, already_signed, hash_mismatch.
    /// </summary>
    /// <param name="hash">The hash of the list that the person saw.</param>
    public async Task<Outcome<IReadOnlyList<BatchResult>>> SignAsync(TenantContext tenant, string id, Person person, string hash, string channel, CancellationToken cancellationToken)
    {
        if (await RecordSignatureAsync(tenant, id, person, hash, channel, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await using var db = _databases.Open(tenant);
        var batch = await db.Batches.AsNoTracking().SingleAsync(b => b.Id == id, cancellationToken);
        var results = new List<BatchResult>();
        foreach (var item in BatchItems.Read(batch.Items))
        {
            var outcome = await _desk.DecideAsync(tenant, new Decision(item.Id, person, item.Hash, channel, Approves: true, null, id), cancellationToken);
            results.Add(outcome.TryGet(out var view, out var why) ? new BatchResult(item.Id, view.Status, view, null) : await RefusedAsync(tenant, item.Id, why, cancellationToken));
        }

        return results;
    }

    private async Task<BatchResult> RefusedAsync(TenantContext tenant, string id, Refusal why, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        var view = await ProposalViews.ReadAsync(db, id, cancellationToken);
        return new BatchResult(id, view?.Status ?? ProposalStatus.Failed, view, why);
    }

    private async Task<Refusal?> RecordSignatureAsync(TenantContext tenant, string id, Person person, string hash, string channel, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync("batch:" + id, cancellationToken);
        var batch = await db.Batches.SingleOrDefaultAsync(b => b.Id == id, cancellationToken);
        if (batch is null)
        {
            return new Refusal("not_found", "There is no such list.");
        }

        if (batch.SignedBy is { } signer)
        {
            return signer == person.Id && batch.Hash == hash ? null : new Refusal("already_signed", $"The list was signed by {signer}.", "Open another one.");
        }

        var rows = await RowsAsync(db, [.. BatchItems.Read(batch.Items).Select(i => i.Id)], cancellationToken);
        var now = batch.Hash == BatchItems.HashOf(batch.Cause, rows) && rows.Count > 0 ? batch.Hash : "";
        if (await RefuseAsync(new ActCase(Act.SignBatch, person, _policies.For(batch.Operation)) { List = (hash, now) }, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        (batch.SignedBy, batch.Channel, batch.SignedAt) = (person.Id, channel, _clock.UtcNow);
        await db.SaveChangesAsync(cancellationToken);
        await _audit.AppendAsync(db, new AuditEntry("batch.signed", person.Id, id, new JsonObject { ["hash"] = hash, ["channel"] = channel, ["rows"] = rows.Count }), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    /// <summary>Roles are the directory's, whatever the caller claims.</summary>
    private Task<Refusal?> RefuseAsync(ActCase about, CancellationToken cancellationToken) => _guards.Act.FirstAsync(about, cancellationToken);

    private static async Task<Outcome<BatchRow>> OpenedAsync(CopilotDb db, string id, CancellationToken cancellationToken) =>
        await db.Batches.SingleOrDefaultAsync(b => b.Id == id, cancellationToken) switch
        {
            null => new Refusal("not_found", "There is no such list."),
            { SignedBy: { } signer } => new Refusal("already_signed", $"The list was signed by {signer}.", "Open another one."),
            var batch => batch,
        };

    private static async Task<List<ProposalRow>> RowsAsync(CopilotDb db, List<string> ids, CancellationToken cancellationToken) =>
        await db.Proposals.AsNoTracking().Where(p => ids.Contains(p.Id)).OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).ToListAsync(cancellationToken);

    private async Task<BatchView> ViewAsync(CopilotDb db, BatchRow batch, CancellationToken cancellationToken)
    {
        var ids = BatchItems.Read(batch.Items).Select(i => i.Id).ToList();
        var views = await ProposalViews.ReadAsync(db, db.Proposals.Where(p => ids.Contains(p.Id)).OrderBy(p => p.CreatedAt).ThenBy(p => p.Id), cancellationToken);
        views = await SecondApprovers.ExplainAsync(db, views, _policies, _clock.UtcNow, cancellationToken);
        var totals = views.Where(v => v.Amount is not null).GroupBy(v => v.Amount!.Value.Currency, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new Money(g.Sum(v => v.Amount!.Value.AmountMinor), g.Key));
        return new BatchView(batch.Id, batch.Cause, batch.Operation, batch.Hash, [.. totals], views, batch.SignedBy, batch.SignedAt);
    }
}

/// <summary>The rows of a list as they are stored and hashed.</summary>
internal static class BatchItems
{
    public static string Write(IEnumerable<ProposalRow> rows) => CanonicalJson.Write(new JsonObject { ["rows"] = Array(rows) });

    public static IReadOnlyList<(string Id, string Hash)> Read(string items) =>
        [.. JsonNode.Parse(items)!["rows"]!.AsArray().Select(r => ((string)r!["id"]!, (string)r["hash"]!))];

    /// <summary>What one signature is under: each row's own hash, and the sums.</summary>
    public static string HashOf(string cause, IReadOnlyCollection<ProposalRow> rows)
    {
        var totals = rows.Where(r => r.Currency is not null).GroupBy(r => r.Currency!, StringComparer.Ordinal)
            .Select(g => KeyValuePair.Create(g.Key, (JsonNode?)JsonValue.Create(g.Sum(r => r.AmountMinor ?? 0).ToString(CultureInfo.InvariantCulture))));
        return CanonicalJson.Hash(new JsonObject { ["cause"] = cause, ["count"] = rows.Count, ["rows"] = Array(rows), ["totals"] = new JsonObject(totals) });
    }

    private static JsonArray Array(IEnumerable<ProposalRow> rows) => new([.. rows.Select(r => (JsonNode)new JsonObject { ["id"] = r.Id, ["hash"] = r.Hash })]);
}

/// <summary>A list of proposals to be signed together.</summary>
/// <param name="Totals">One a currency: amounts of different currencies are never added.</param>
public sealed record BatchView(
    string Id, string Cause, string Operation, string Hash, IReadOnlyList<Money> Totals, IReadOnlyList<ProposalView> Rows, string? SignedBy, DateTimeOffset? SignedAt);

/// <summary>What became of one row.</summary>
/// <param name="Why">Why it was not approved; null when it was.</param>
public sealed record BatchResult(string ProposalId, ProposalStatus Status, ProposalView? Proposal, Refusal? Why);
