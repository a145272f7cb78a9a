using System.Text.Json.Nodes;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Executor;

/// <summary>Writes down what is about to happen before it happens, and what happened after it did.</summary>
internal sealed class ExecutionJournal(CopilotDbFactory databases, BusinessClock clock, AuditLog audit, AuditAnchors anchors, ExecutionLeases leases)
{
    private static readonly string Executing = WireName.Of(ProposalStatus.Executing);
    private static readonly string Uncertain = WireName.Of(ProposalStatus.NeedsReconcile);

    /// <summary>Commits key and time of the attempt that comes next, and anchors the audit log's head. False when the lease is lost: then nothing may be sent.</summary>
    public async Task<bool> BeforeSendingAsync(Run run, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(run.Tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        var first = run.Attempts == 0;
        var sentAt = first ? clock.UtcNow : run.FirstSentAt;
        var attempts = run.Attempts + 1;
        var moved = await Held(db, run).ExecuteUpdateAsync(
            e => e.SetProperty(r => r.Status, ExecutionStatus.Sent).SetProperty(r => r.FirstSentAt, sentAt).SetProperty(r => r.Attempts, attempts), cancellationToken);
        if (moved != 1)
        {
            return false;
        }

        var details = new JsonObject { ["attempt"] = attempts, ["key"] = run.Execution.IdempotencyKey, ["hash"] = run.Proposal.Hash, ["approved_by"] = run.Grant.ApprovedBy };
        await audit.AppendAsync(db, new AuditEntry(first ? "execution.started" : "execution.repeated", "executor", run.Proposal.Id, details), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await anchors.AnchorAsync(run.Tenant, cancellationToken);
        (run.Attempts, run.FirstSentAt) = (attempts, sentAt);
        return true;
    }

    /// <summary>Records how it ended. Not cancellable: what happened has to be written down.</summary>
    public Task SettleAsync(Run run, ExecutionResult result) => result switch
    {
        ExecutionResult.Executed done => SettleAsync(run, ProposalStatus.Executed, done.Unfinished ? ExecutionStatus.Unfinished : "executed", done.Summary, new JsonObject { ["object"] = done.ObjectId, ["request"] = done.RequestId }, done),
        ExecutionResult.Failed failed => SettleAsync(run, ProposalStatus.Failed, failed.Refusal.Code, failed.Refusal.ToString(), new JsonObject { ["code"] = failed.Refusal.Code, ["request"] = failed.Refusal.RequestId }),
        ExecutionResult.Unknown unknown => SettleAsync(run, ProposalStatus.NeedsReconcile, "unknown", unknown.LookAt, new JsonObject { ["key"] = run.Execution.IdempotencyKey, ["request"] = unknown.RequestId ?? run.RequestId }),
        _ => throw new InvalidOperationException("NotDone is not an end."),
    };

    /// <summary>Records why it was not begun, or not repeated.</summary>
    public Task SettleAsync(Run run, Obstacle obstacle) => SettleAsync(
        run, obstacle.Status, obstacle.Code, obstacle.Text,
        new JsonObject { ["code"] = obstacle.Code, ["fields"] = new JsonArray([.. obstacle.Fields.Select(f => JsonValue.Create(f))]), ["request"] = run.RequestId });

    /// <summary>Gives the lease back and leaves the proposal approved, to be tried again later.</summary>
    public async Task DeferAsync(Run run)
    {
        await using var db = databases.Open(run.Tenant);
        await using var transaction = await db.BeginAsync(CancellationToken.None);
        if (await Held(db, run).ExecuteUpdateAsync(e => e.SetProperty(r => r.LeaseOwner, (string?)null).SetProperty(r => r.LeaseUntil, (DateTimeOffset?)null), CancellationToken.None) == 1)
        {
            var approved = WireName.Of(ProposalStatus.Approved);
            await db.Proposals.Where(p => p.Id == run.Proposal.Id && p.Status == Executing)
                .ExecuteUpdateAsync(p => p.SetProperty(r => r.Status, approved), CancellationToken.None);
            await audit.AppendAsync(db, new AuditEntry("execution.deferred", "executor", run.Proposal.Id, new JsonObject()), CancellationToken.None);
        }

        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Gives the lease of <see cref="ExecutionLeases.ClaimUnfinishedAsync"/> back, and records that nothing is missing any more.</summary>
    public async Task FinishedAsync(Run run, bool finished)
    {
        await using var db = databases.Open(run.Tenant);
        await using var transaction = await db.BeginAsync(CancellationToken.None);
        var owner = leases.Owner;
        var outcome = finished ? "executed" : ExecutionStatus.Unfinished;
        var moved = await db.Executions.Where(e => e.ProposalId == run.Proposal.Id && e.LeaseOwner == owner && e.Outcome == ExecutionStatus.Unfinished).ExecuteUpdateAsync(
            e => e.SetProperty(r => r.Outcome, outcome).SetProperty(r => r.LeaseOwner, (string?)null).SetProperty(r => r.LeaseUntil, (DateTimeOffset?)null), CancellationToken.None);
        if (moved == 1 && finished)
        {
            await audit.AppendAsync(db, new AuditEntry("execution.finished", "executor", run.Proposal.Id, new JsonObject()), CancellationToken.None);
        }

        await transaction.CommitAsync(CancellationToken.None);
    }

    private async Task SettleAsync(Run run, ProposalStatus status, string outcome, string text, JsonObject details, ExecutionResult.Executed? done = null)
    {
        await using var db = databases.Open(run.Tenant);
        await using var transaction = await db.BeginAsync(CancellationToken.None);
        var wire = WireName.Of(status);
        // That it was done is true whoever holds the lease by now; every other end is only the holder's to tell.
        var execution = done is null ? Held(db, run) : db.Executions.Where(e => e.ProposalId == run.Proposal.Id && (e.Status == ExecutionStatus.Sent || e.Status == ExecutionStatus.NeedsReconcile));
        var moved = await execution.ExecuteUpdateAsync(
            e => e.SetProperty(r => r.Status, wire).SetProperty(r => r.Outcome, outcome).SetProperty(r => r.LeaseOwner, (string?)null).SetProperty(r => r.LeaseUntil, (DateTimeOffset?)null), CancellationToken.None);
        if (moved == 1)
        {
            await WriteResultAsync(db, run, wire, text, done?.ObjectId, done?.RequestId ?? (string?)details["request"]);
            await audit.AppendAsync(db, new AuditEntry("execution." + wire, "executor", run.Proposal.Id, details), CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }
    }

    private static async Task WriteResultAsync(CopilotDb db, Run run, string status, string text, string? objectId, string? requestId) =>
        await db.Proposals.Where(p => p.Id == run.Proposal.Id && (p.Status == Executing || p.Status == Uncertain)).ExecuteUpdateAsync(
            p => p.SetProperty(r => r.Status, status).SetProperty(r => r.ResultText, text).SetProperty(r => r.ResultObjectId, objectId).SetProperty(r => r.RequestId, requestId),
            CancellationToken.None);

    private IQueryable<ExecutionRow> Held(CopilotDb db, Run run)
    {
        var owner = leases.Owner;
        return db.Executions.Where(e => e.ProposalId == run.Proposal.Id && e.LeaseOwner == owner && (e.Status == ExecutionStatus.Claimed || e.Status == ExecutionStatus.Sent));
    }
}

/// <summary>Why an approved proposal is not carried out.</summary>
/// <param name="Status">Where it ends: stale, failed or needs_reconcile.</param>
/// <param name="Fields">The declared fields that moved, by name.</param>
internal sealed record Obstacle(ProposalStatus Status, string Code, string Text, IReadOnlyList<string> Fields);
