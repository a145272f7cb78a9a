using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Guards;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Proposals;

/// <summary>Records proposals and reads them back. It can't carry anything out.</summary>
public sealed class ProposalBook
{
    private static readonly string Pending = WireName.Of(ProposalStatus.Pending);
    private static readonly string Replaced = WireName.Of(ProposalStatus.Replaced);

    private readonly CopilotDbFactory _databases;
    private readonly BusinessClock _clock;
    private readonly IdSource _ids;
    private readonly OperationInvokers _operations;
    private readonly PolicyBook _policies;
    private readonly GuardList _guards;
    private readonly AuditLog _audit;
    private readonly ProposalExpiry _expiry;
    private readonly ICustomerZones? _zones;
    private readonly IPolicyQuotes? _quotes;

    internal ProposalBook(
        CopilotDbFactory databases, BusinessClock clock, IdSource ids, OperationInvokers operations,
        PolicyBook policies, GuardList guards, AuditLog audit, ProposalExpiry expiry, ICustomerZones? zones, IPolicyQuotes? quotes) =>
        (_databases, _clock, _ids, _operations, _policies, _guards, _audit, _expiry, _zones, _quotes) =
        (databases, clock, ids, operations, policies, guards, audit, expiry, zones, quotes);

    /// <summary>
    /// Records the proposal, or says why it can't be made. A re-run of the same step of a task gets the proposal
    /// that it made before, in whatever state that is now.
    /// </summary>
    public async Task<Outcome<ProposalView>> ProposeAsync(ProposeRequest request, CancellationToken cancellationToken)
    {
        var outcome = await TryProposeAsync(request, cancellationToken);
        if (outcome is Outcome<ProposalView>.Refused { Refusal: var refusal })
        {
            var details = new JsonObject { ["operation"] = PlainText.Clean(request.Operation, 100), ["code"] = refusal.Code, ["requester"] = request.Requester.Id };
            await _audit.AppendAsync(request.Tenant, new AuditEntry("proposal.refused", request.Agent, request.TaskId, details), cancellationToken);
        }

        return await WithRuleAsync(request, outcome, cancellationToken);
    }

    public async Task<ProposalView?> FindAsync(TenantContext tenant, string id, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        return (await ReadAsync(db, db.Proposals.Where(p => p.Id == id), cancellationToken)).SingleOrDefault();
    }

    /// <summary>Newest first; <paramref name="status"/> null means all.</summary>
    public async Task<IReadOnlyList<ProposalView>> ListAsync(TenantContext tenant, ProposalStatus? status, int limit, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        var wire = status is { } wanted ? WireName.Of(wanted) : null;
        var query = db.Proposals.Where(p => wire == null || p.Status == wire).OrderByDescending(p => p.CreatedAt).ThenBy(p => p.Id).Take(limit);
        return await ReadAsync(db, query, cancellationToken);
    }

    /// <summary>In the order they were made.</summary>
    public async Task<IReadOnlyList<ProposalView>> ListForTaskAsync(TenantContext tenant, string taskId, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        return await ReadAsync(db, db.Proposals.Where(p => p.TaskId == taskId).OrderBy(p => p.CreatedAt).ThenBy(p => p.Id), cancellationToken);
    }

    /// <summary>Of one conversation, in the order they were made.</summary>
    public async Task<IReadOnlyList<ProposalView>> ListForConversationAsync(TenantContext tenant, string conversationId, CancellationToken cancellationToken)
    {
        // Read at the opening of each turn, and mostly there are none.
        await using var db = _databases.Open(tenant);
        Task<IReadOnlyList<ProposalRow>> RowsAsync() => db.ReadAsync<ProposalRow>([(nameof(ProposalRow.ConversationId), conversationId)], nameof(ProposalRow.CreatedAt), cancellationToken);
        if (await RowsAsync() is not [_, ..])
        {
            return [];
        }

        await _expiry.SweepAsync(tenant, cancellationToken);
        var views = await ProposalViews.ReadAsync(db, [.. (await RowsAsync()).OrderBy(p => p.CreatedAt).ThenBy(p => p.Id, StringComparer.Ordinal)], cancellationToken);
        return await SecondApprovers.ExplainAsync(db, views, _policies, _clock.UtcNow, cancellationToken);
    }

    /// <summary>About one object, newest first.</summary>
    public async Task<IReadOnlyList<ProposalView>> ListForTargetAsync(TenantContext tenant, ObjectRef target, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        return await ReadAsync(db, db.Proposals.Where(p => p.TargetId == target.Id).OrderByDescending(p => p.CreatedAt).ThenBy(p => p.Id), cancellationToken);
    }

    /// <summary>Of one operation about some objects, newest first.</summary>
    public async Task<IReadOnlyList<ProposalView>> ListForTargetsAsync(TenantContext tenant, string operation, IReadOnlyCollection<string> targets, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        return await ReadAsync(db, db.Proposals.Where(p => p.Operation == operation && targets.Contains(p.TargetId)).OrderByDescending(p => p.CreatedAt).ThenBy(p => p.Id), cancellationToken);
    }

    private async Task<IReadOnlyList<ProposalView>> ReadAsync(CopilotDb db, IQueryable<ProposalRow> query, CancellationToken cancellationToken) =>
        await SecondApprovers.ExplainAsync(db, await ProposalViews.ReadAsync(db, query, cancellationToken), _policies, _clock.UtcNow, cancellationToken);

    private async Task<Outcome<ProposalView>> TryProposeAsync(ProposeRequest request, CancellationToken cancellationToken)
    {
        if (_operations.Find(request.Operation) is not { } operation)
        {
            return new Refusal("unknown_operation", $"There is no operation '{PlainText.Clean(request.Operation, 60)}'.", $"The operations are: {string.Join(", ", _operations.Names)}.");
        }

        var about = new ProposeCase(request, operation.Descriptor, _policies.For(request.Operation), _clock.UtcNow);
        if (await _guards.Ask.FirstAsync(about, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        // What takes the place of another keeps what code set for it, and an undoing names what its proposal made.
        if (request is { Replaces: null, Undoes: null } && operation.SetByCode(request.Arguments) is { } given)
        {
            return given;
        }

        return operation.Bind(request.Arguments) switch
        {
            Outcome<JsonObject>.Ok { Value: var canonical } => await RecordAsync(about, operation, canonical, cancellationToken),
            Outcome<JsonObject>.Refused refused => refused.Refusal,
            _ => throw new InvalidOperationException("An outcome is one of two."),
        };
    }

    private async Task<Outcome<ProposalView>> RecordAsync(ProposeCase about, OperationInvoker operation, JsonObject canonical, CancellationToken cancellationToken)
    {
        // The key is made before the preview pins anything, or a re-run a second later would be another proposal.
        var request = about.Request;
        if (request.StepOf is { } stepOf)
        {
            request = request with { Step = await stepOf(ProposalHash.Key(request with { Step = 0 }, canonical), cancellationToken) };
        }

        var key = ProposalHash.Key(request, canonical);
        if (await FindByKeyAsync(request.Tenant, key, cancellationToken) is { } existing)
        {
            return existing;
        }

        if (!(await operation.PreviewAsync(canonical, request.Tenant, cancellationToken)).TryGet(out var preview, out var refusal))
        {
            return refusal;
        }

        if (request.NotBeforeTheirs is { } theirs)
        {
            if (!(await TheirTimeAsync(request.Tenant, preview.Customer.Id, theirs, cancellationToken)).TryGet(out var due, out var unclear))
            {
                return unclear;
            }

            request = request with { NotBefore = due };
        }

        if (preview.TooLateAt is { } late && request.NotBefore >= late)
        {
            return new Refusal("too_late", FormattableString.Invariant($"It is too late from {late:yyyy-MM-dd HH:mm} UTC on."), "Propose it for an earlier time.");
        }

        preview = await QuotedAsync(request.Tenant, operation.Descriptor, preview, cancellationToken);
        return await _guards.Show.FirstAsync(about with { Request = request, Shown = preview }, cancellationToken) is { } hidden
            ? hidden
            : await SaveAsync(request.Tenant, await RowOfAsync(request, operation.Descriptor, preview, key, cancellationToken), cancellationToken);
    }

    /// <summary>Who may not propose it is told the policy's own words too.</summary>
    private async Task<Outcome<ProposalView>> WithRuleAsync(ProposeRequest request, Outcome<ProposalView> outcome, CancellationToken cancellationToken) =>
        outcome is Outcome<ProposalView>.Refused { Refusal: { Code: "not_allowed" } refusal } && _quotes is not null
            && _operations.Find(request.Operation)?.Descriptor.Rule is { } rule && await _quotes.FindAsync(request.Tenant, rule, cancellationToken) is { } words
            ? refusal with { Remedy = $"{refusal.Remedy} The policy: «{words}»".TrimStart() }
            : outcome;

    /// <summary>With the policy that allows or forbids it, in its own words, where the operation did not quote one itself.</summary>
    private async Task<OperationPreview> QuotedAsync(TenantContext tenant, OperationDescriptor operation, OperationPreview preview, CancellationToken cancellationToken) =>
        (preview.Rule ?? operation.Rule) is { } rule && _quotes is not null && preview.Changes.All(c => c.Field != PolicyRule.Field)
            && await _quotes.FindAsync(tenant, rule, cancellationToken) is { } words
            ? preview with { Changes = [.. preview.Changes, new PreviewChange(PolicyRule.Field, "", words)] }
            : preview;

    private async Task<Outcome<DateTimeOffset>> TheirTimeAsync(TenantContext tenant, string customerId, string words, CancellationToken cancellationToken)
    {
        var hints = new ZoneHints(null, null, null, []);
        return _zones is not null && !(await _zones.ReadAsync(tenant, customerId, cancellationToken)).TryGet(out hints, out var unread)
            ? unread
            : NotBefore.ReadTheirs(words, _clock.UtcNow, hints);
    }

    private async Task<ProposalRow> RowOfAsync(ProposeRequest request, OperationDescriptor operation, OperationPreview preview, string key, CancellationToken cancellationToken)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_clock.UtcNow.ToUnixTimeMilliseconds());
        var fingerprint = ProposalHash.Fingerprint(operation, preview.Arguments);
        await using var db = _databases.Open(request.Tenant);
        var earlier = await db.Proposals.Where(p => p.Fingerprint == fingerprint).OrderByDescending(p => p.CreatedAt).ThenByDescending(p => p.Id)
            .Select(p => p.Id).FirstOrDefaultAsync(cancellationToken);
        var expires = now + _policies.For(operation.Name).Expiry;
        expires = preview.TooLateAt is { } late && late > now && late < expires ? late : expires;
        return ProposalRows.Of(request, operation, preview, new ProposalStamp(_ids.Next("prop"), key, _policies.Version, now, expires, earlier));
    }

    private async Task<Outcome<ProposalView>> SaveAsync(TenantContext tenant, ProposalRow row, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        try
        {
            await using var transaction = await db.BeginAsync(cancellationToken);
            if (row.ReplacesId is { } replaced && !await ReplaceAsync(db, replaced, row, cancellationToken))
            {
                return new Refusal("already_decided", "The proposal was decided while it was being edited.", "Look at it again.");
            }

            db.Proposals.Add(row);
            await db.SaveChangesAsync(cancellationToken);
            await _audit.AppendAsync(db, Created(row), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (db.IsDuplicate(e))
        {
            return (await FindByKeyAsync(tenant, row.Key, cancellationToken))!;
        }

        return (await ReadAsync(db, db.Proposals.Where(p => p.Id == row.Id), cancellationToken)).Single();
    }

    private async Task<ProposalView?> FindByKeyAsync(TenantContext tenant, string key, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        return (await ReadAsync(db, db.Proposals.Where(p => p.Key == key), cancellationToken)).SingleOrDefault();
    }

    /// <summary>False when the old one is no longer pending.</summary>
    private async Task<bool> ReplaceAsync(CopilotDb db, string replaced, ProposalRow row, CancellationToken cancellationToken)
    {
        await db.LockAsync("proposal:" + replaced, cancellationToken);
        var moved = await db.Proposals.Where(p => p.Id == replaced && p.Status == Pending).ExecuteUpdateAsync(
            p => p.SetProperty(r => r.Status, Replaced).SetProperty(r => r.ResultText, $"Edited by {row.RequestedBy}: {row.Id} took its place."), cancellationToken);
        if (moved != 1)
        {
            return false;
        }

        await _audit.AppendAsync(db, new AuditEntry("proposal.replaced", row.RequestedBy, replaced, new JsonObject { ["by"] = row.Id }), cancellationToken);
        return true;
    }

    private static AuditEntry Created(ProposalRow row) => new("proposal.created", row.Agent, row.Id, new JsonObject
    {
        ["operation"] = row.Operation,
        ["hash"] = row.Hash,
        ["requester"] = row.RequestedBy,
        ["task"] = row.TaskId,
        ["target"] = row.TargetId,
        ["amount"] = row.AmountMinor,
        ["currency"] = row.Currency,
        ["not_before"] = row.NotBefore?.ToUnixTimeMilliseconds(),
        ["replaces"] = row.ReplacesId,
        ["undoes"] = row.UndoesId,
    });
}
