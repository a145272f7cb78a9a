using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Proposals;

/// <summary>Records proposals and reads them back. It can't carry anything out.</summary>
public sealed class ProposalBook
{
    private readonly CopilotDbFactory _databases;
    private readonly BusinessClock _clock;
    private readonly IdSource _ids;
    private readonly OperationInvokers _operations;
    private readonly PeopleDirectory _people;
    private readonly PolicyBook _policies;
    private readonly RolloutPlan _rollout;
    private readonly AuditLog _audit;
    private readonly ProposalExpiry _expiry;

    internal ProposalBook(
        CopilotDbFactory databases, BusinessClock clock, IdSource ids, OperationInvokers operations, PeopleDirectory people,
        PolicyBook policies, RolloutPlan rollout, AuditLog audit, ProposalExpiry expiry) =>
        (_databases, _clock, _ids, _operations, _people, _policies, _rollout, _audit, _expiry) =
        (databases, clock, ids, operations, people, policies, rollout, audit, expiry);

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

        return outcome;
    }

    public async Task<ProposalView?> FindAsync(TenantContext tenant, string id, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        return await ProposalViews.ReadAsync(db, id, cancellationToken);
    }

    /// <summary>Newest first; <paramref name="status"/> null means all.</summary>
    public async Task<IReadOnlyList<ProposalView>> ListAsync(TenantContext tenant, ProposalStatus? status, int limit, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        var wire = status is { } wanted ? WireName.Of(wanted) : null;
        var query = db.Proposals.Where(p => wire == null || p.Status == wire).OrderByDescending(p => p.CreatedAt).ThenBy(p => p.Id).Take(limit);
        return await ProposalViews.ReadAsync(db, query, cancellationToken);
    }

    /// <summary>In the order they were made.</summary>
    public async Task<IReadOnlyList<ProposalView>> ListForTaskAsync(TenantContext tenant, string taskId, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        return await ProposalViews.ReadAsync(db, db.Proposals.Where(p => p.TaskId == taskId).OrderBy(p => p.CreatedAt).ThenBy(p => p.Id), cancellationToken);
    }

    /// <summary>Of one conversation, in the order they were made.</summary>
    public async Task<IReadOnlyList<ProposalView>> ListForConversationAsync(TenantContext tenant, string conversationId, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        return await ProposalViews.ReadAsync(db, db.Proposals.Where(p => p.ConversationId == conversationId).OrderBy(p => p.CreatedAt).ThenBy(p => p.Id), cancellationToken);
    }

    /// <summary>About one object, newest first.</summary>
    public async Task<IReadOnlyList<ProposalView>> ListForTargetAsync(TenantContext tenant, ObjectRef target, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        return await ProposalViews.ReadAsync(db, db.Proposals.Where(p => p.TargetId == target.Id).OrderByDescending(p => p.CreatedAt).ThenBy(p => p.Id), cancellationToken);
    }

    private async Task<Outcome<ProposalView>> TryProposeAsync(ProposeRequest request, CancellationToken cancellationToken)
    {
        if (_operations.Find(request.Operation) is not { } operation)
        {
            return new Refusal("unknown_operation", $"There is no operation '{PlainText.Clean(request.Operation, 60)}'.", $"The operations are: {string.Join(", ", _operations.Names)}.");
        }

        if ((_rollout.Refuse(request.Operation) ?? RefuseRequester(request)) is { } refusal)
        {
            return refusal;
        }

        return operation.Bind(request.Arguments) switch
        {
            Outcome<JsonObject>.Ok { Value: var canonical } => await RecordAsync(request, operation, canonical, cancellationToken),
            Outcome<JsonObject>.Refused refused => refused.Refusal,
            _ => throw new InvalidOperationException("An outcome is one of two."),
        };
    }

    private Refusal? RefuseRequester(ProposeRequest request)
    {
        var policy = _policies.For(request.Operation);
        return _people.Known(request.Requester) is not { } person
            ? new Refusal("unknown_person", $"Nobody is known as '{PlainText.Clean(request.Requester.Id, 60)}'.", "An admin can add them to people.yaml.")
            : policy.ProposerRole(person) is null
            ? new Refusal("not_allowed", $"{person.Name} ({string.Join(", ", person.Roles)}) may not propose {request.Operation}.", $"These roles may: {string.Join(", ", policy.Propose)}.")
            : null;
    }

    private async Task<Outcome<ProposalView>> RecordAsync(ProposeRequest request, OperationInvoker operation, JsonObject canonical, CancellationToken cancellationToken)
    {
        // The key is made before the preview pins anything, or a re-run a second later would be another proposal.
        var key = ProposalHash.Key(request, canonical);
        if (await FindByKeyAsync(request.Tenant, key, cancellationToken) is { } existing)
        {
            return existing;
        }

        return await operation.PreviewAsync(canonical, request.Tenant, cancellationToken) switch
        {
            Outcome<OperationPreview>.Ok { Value: var preview } when ProposalRows.Refuse(preview) is { } refusal => refusal,
            Outcome<OperationPreview>.Ok { Value: var preview } => await SaveAsync(request.Tenant, RowOf(request, operation.Descriptor, preview, key), cancellationToken),
            Outcome<OperationPreview>.Refused refused => refused.Refusal,
            _ => throw new InvalidOperationException("An outcome is one of two."),
        };
    }

    private ProposalRow RowOf(ProposeRequest request, OperationDescriptor operation, OperationPreview preview, string key)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_clock.UtcNow.ToUnixTimeMilliseconds());
        return ProposalRows.Of(request, operation, preview, new ProposalStamp(_ids.Next("prop"), key, _policies.Version, now, now + _policies.For(operation.Name).Expiry));
    }

    private async Task<Outcome<ProposalView>> SaveAsync(TenantContext tenant, ProposalRow row, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        try
        {
            await using var transaction = await db.BeginAsync(cancellationToken);
            db.Proposals.Add(row);
            await db.SaveChangesAsync(cancellationToken);
            await _audit.AppendAsync(db, Created(row), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (db.IsDuplicate(e))
        {
            return (await FindByKeyAsync(tenant, row.Key, cancellationToken))!;
        }

        return (await ProposalViews.ReadAsync(db, row.Id, cancellationToken))!;
    }

    private async Task<ProposalView?> FindByKeyAsync(TenantContext tenant, string key, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        await using var db = _databases.Open(tenant);
        return (await ProposalViews.ReadAsync(db, db.Proposals.Where(p => p.Key == key), cancellationToken)).SingleOrDefault();
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
    });
}
