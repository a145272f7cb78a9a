using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Executor;
using BillingCopilot.Governance.Guards;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Reconcile;

/// <summary>Ends the uncertainty about an execution: looks again, or takes the word of a person who looked.</summary>
public sealed class ReconcileDesk
{
    private static readonly string Uncertain = WireName.Of(ProposalStatus.NeedsReconcile);

    private readonly CopilotDbFactory _databases;
    private readonly PolicyBook _policies;
    private readonly OperationInvokers _operations;
    private readonly GuardList _guards;
    private readonly AuditLog _audit;

    internal ReconcileDesk(CopilotDbFactory databases, PolicyBook policies, OperationInvokers operations, GuardList guards, AuditLog audit) =>
        (_databases, _policies, _operations, _guards, _audit) = (databases, policies, operations, guards, audit);

    /// <summary>Reads once more whether it took effect. It only ever finds that it did: not finding it proves nothing while it may be under way.</summary>
    public async Task<Outcome<ProposalView>> LookAgainAsync(TenantContext tenant, string proposalId, Person person, CancellationToken cancellationToken)
    {
        if (!(await OpenAsync(tenant, proposalId, person, cancellationToken)).TryGet(out var run, out var refusal))
        {
            return refusal;
        }

        ExecutionResult seen;
        try
        {
            seen = await run.Operation.ReconcileAsync(run.Arguments, tenant, run.Grant, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new Refusal("unreadable", $"It could not be read ({Faults.Describe(e)}).", "Try again in a moment.");
        }

        return seen switch
        {
            ExecutionResult.Executed done => await SettleAsync(tenant, run, ProposalStatus.Executed, done.Summary, done.ObjectId, done.RequestId, "read", "executor", null, cancellationToken),
            ExecutionResult.NotDone => new Refusal("not_found_yet", "Nothing of it was found.", $"If you are sure that it will not come, settle it as not_done. {run.LookAt}"),
            ExecutionResult.Unknown unknown => new Refusal("still_unknown", unknown.LookAt, "Look for yourself, then settle it."),
            _ => new Refusal("still_unknown", "It can't be told.", run.LookAt),
        };
    }

    /// <summary>Takes a person's word for how it ended. They need the role that approves the operation.</summary>
    /// <param name="happened">True: it took effect; false: it did not, and its share of the caps is free again.</param>
    /// <param name="objectId">What it made or changed, when it did.</param>
    /// <param name="note">What the person saw; required, and kept.</param>
    public async Task<Outcome<ProposalView>> SettleAsync(TenantContext tenant, string proposalId, Person person, bool happened, string? objectId, string note, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(note))
        {
            return new Refusal("missing_note", "note is missing.", "Say what you saw in Stripe or in the outbox.");
        }

        return (await OpenAsync(tenant, proposalId, person, cancellationToken)).TryGet(out var run, out var refusal)
            ? await SettleAsync(
                tenant, run, happened ? ProposalStatus.Executed : ProposalStatus.Failed,
                $"Settled by {person.Id}: {PlainText.Clean(note, 500)}", objectId is null ? null : PlainText.Clean(objectId, 255), null, "person", person.Id, happened, cancellationToken)
            : refusal;
    }

    private async Task<Outcome<Run>> OpenAsync(TenantContext tenant, string proposalId, Person person, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        var row = await db.Proposals.AsNoTracking().SingleOrDefaultAsync(p => p.Id == proposalId, cancellationToken);
        var execution = await db.Executions.AsNoTracking().SingleOrDefaultAsync(e => e.ProposalId == proposalId, cancellationToken);
        if (row is null || execution is null)
        {
            return new Refusal("not_found", "There is no such execution.", "Look it up in the list of proposals.");
        }

        if (await _guards.Act.FirstAsync(new ActCase(Act.Settle, person, _policies.For(row.Operation)), cancellationToken) is { } refusal)
        {
            return refusal;
        }

        if (row.Status != Uncertain)
        {
            return new Refusal("not_uncertain", $"This is {row.Status.Replace('_', ' ')}: there is nothing to settle.");
        }

        var approvals = await db.Approvals.AsNoTracking().Where(a => a.ProposalId == proposalId).ToListAsync(cancellationToken);
        return new Run(tenant, row, execution, [.. Run.Approving(approvals)], _operations.Get(row.Operation));
    }

    private async Task<Outcome<ProposalView>> SettleAsync(
        TenantContext tenant, Run run, ProposalStatus status, string text, string? objectId, string? requestId, string by, string actor, bool? happened, CancellationToken cancellationToken)
    {
        var wire = WireName.Of(status);
        await using var db = _databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync("proposal:" + run.Proposal.Id, cancellationToken);
        var moved = await db.Proposals.Where(p => p.Id == run.Proposal.Id && p.Status == Uncertain).ExecuteUpdateAsync(
            p => p.SetProperty(r => r.Status, wire).SetProperty(r => r.ResultText, text).SetProperty(r => r.ResultObjectId, objectId), cancellationToken);
        if (moved != 1)
        {
            return new Refusal("not_uncertain", "Somebody settled it meanwhile.", "Look at it again.");
        }

        await db.Executions.Where(e => e.ProposalId == run.Proposal.Id).ExecuteUpdateAsync(e => e.SetProperty(r => r.Status, wire).SetProperty(r => r.Outcome, "settled"), cancellationToken);
        var details = new JsonObject { ["status"] = wire, ["by"] = by, ["happened"] = happened, ["object"] = objectId, ["request"] = requestId };
        await _audit.AppendAsync(db, new AuditEntry("execution.settled", actor, run.Proposal.Id, details), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (await ProposalViews.ReadAsync(db, run.Proposal.Id, cancellationToken))!;
    }
}
