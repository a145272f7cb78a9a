using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Controls;

/// <summary>
/// The circuit breaker of each operation. Open, standing approvals count for nothing and people confirm as in
/// <c>assisted</c>; after a while one use is let through, and how that ends decides.
/// </summary>
public sealed class Breakers(CopilotDbFactory databases, BusinessClock clock, RolloutPlan rollout, AuditLog audit)
{
    internal const string Closed = "closed";
    internal const string Open = "open";
    internal const string HalfOpen = "half_open";

    private static readonly string Executed = WireName.Of(ProposalStatus.Executed);
    private static readonly string[] Bad = [.. new[] { ProposalStatus.Failed, ProposalStatus.NeedsReconcile }.Select(WireName.Of)];
    private static readonly string[] Undecided = [.. new[] { ProposalStatus.Pending, ProposalStatus.Approved, ProposalStatus.Executing }.Select(WireName.Of)];

    /// <summary>How each operation's breaker stands; those never tripped are left out.</summary>
    public async Task<IReadOnlyList<BreakerView>> ListAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return [.. (await db.Breakers.AsNoTracking().OrderBy(b => b.Operation).ToListAsync(cancellationToken)).Select(b => new BreakerView(b.Operation, b.State, b.Cause, b.Since))];
    }

    /// <summary>Looks at what happened lately, and at what is to happen next, and moves the breaker accordingly.</summary>
    public async Task WatchAsync(TenantContext tenant, ProposalView next, CancellationToken cancellationToken)
    {
        var operation = next.Operation;
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync("breaker:" + operation, cancellationToken);
        var row = await db.Breakers.SingleOrDefaultAsync(b => b.Operation == operation, cancellationToken);
        var (state, cause) = await NextAsync(db, next, row, cancellationToken);
        if (state == (row?.State ?? Closed))
        {
            return;
        }

        await MoveAsync(db, row, operation, state, cause, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Why what a standing approval approved before may not be sent now, or null. What went wrong since trips the breaker
    /// here too, as many uses may wait for one hour and nothing new be proposed meanwhile; half open, none but the trial passes.
    /// </summary>
    internal async Task<Refusal?> RefuseSendingAsync(TenantContext tenant, ProposalRow proposal, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync("breaker:" + proposal.Operation, cancellationToken);
        var row = await db.Breakers.SingleOrDefaultAsync(b => b.Operation == proposal.Operation, cancellationToken);
        if (row is null or { State: Closed })
        {
            if (await CauseAsync(db, proposal.Operation, LookedAtSince(row), cancellationToken) is not { } cause)
            {
                return null;
            }

            row = await MoveAsync(db, row, proposal.Operation, Open, cause, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return row.State == HalfOpen && row.TrialId == proposal.Id ? null : Tripped(row);
    }

    /// <summary>
    /// Why no standing approval may be used for this proposal now, or null; half open, the first one becomes the trial. An
    /// amount far above the usual one is nobody's trial, whatever moved the breaker since it was looked at.
    /// </summary>
    internal static async Task<Refusal?> RefuseAutomaticAsync(CopilotDb db, ProposalRow proposal, BreakerOptions options, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await db.LockAsync("breaker:" + proposal.Operation, cancellationToken);
        if (await AnomalousAsync(db, proposal.Operation, ProposalViews.AmountOf(proposal), options, now, cancellationToken))
        {
            return new Refusal("breaker_open", $"The amount is far above the usual one of {proposal.Operation}: a person has to confirm.");
        }

        var row = await db.Breakers.SingleOrDefaultAsync(b => b.Operation == proposal.Operation, cancellationToken);
        if (row is null or { State: Closed })
        {
            return null;
        }

        if (row.State == Open || (row.TrialId is not null && row.TrialId != proposal.Id))
        {
            return Tripped(row);
        }

        row.TrialId = proposal.Id;
        await db.SaveChangesAsync(cancellationToken);
        return null;
    }

    private static Refusal Tripped(BreakerRow row) =>
        new("breaker_open", $"Automation of {row.Operation} is off ({row.Cause}): a person has to confirm.");

    private async Task<(string State, string Cause)> NextAsync(CopilotDb db, ProposalView next, BreakerRow? row, CancellationToken cancellationToken)
    {
        var anomalous = await AnomalousAsync(db, next.Operation, next.Amount, rollout.Breaker, clock.UtcNow, cancellationToken);
        var since = LookedAtSince(row);
        switch (row?.State)
        {
            case Open:
                return row.Since + rollout.Breaker.CoolDown <= clock.UtcNow && !anomalous ? (HalfOpen, row.Cause) : (Open, row.Cause);
            case HalfOpen when row.TrialId is { } trial:
                var status = await db.Proposals.Where(p => p.Id == trial).Select(p => p.Status).SingleOrDefaultAsync(cancellationToken);
                if (status != Executed)
                {
                    return status is null || Undecided.Contains(status) ? (HalfOpen, row.Cause) : (Open, "trial");
                }

                since = clock.UtcNow;
                break;
            case HalfOpen:
                return anomalous ? (Open, "anomaly") : (HalfOpen, row.Cause);
        }

        return await CauseAsync(db, next.Operation, since, cancellationToken) is { } cause ? (Open, cause)
            : anomalous ? (Open, "anomaly")
            : (Closed, row?.Cause ?? "");
    }

    // What happened before it last closed has been answered for.
    private DateTimeOffset LookedAtSince(BreakerRow? row)
    {
        var since = clock.UtcNow - rollout.Breaker.Look;
        return row is not null && row.Since > since ? row.Since : since;
    }

    private async Task<string?> CauseAsync(CopilotDb db, string operation, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var options = rollout.Breaker;
        var of = db.Proposals.Where(p => p.Operation == operation).Select(p => p.Id);
        var decisions = await db.Approvals.Where(a => a.At > since && of.Contains(a.ProposalId)).Select(a => a.Decision).ToListAsync(cancellationToken);
        if (decisions.Count >= options.Least && decisions.Count(d => d == Decision.Rejected) >= options.RejectionRate * decisions.Count)
        {
            return "rejections";
        }

        // By when they were begun, since what is proposed may wait for days.
        var begun = db.Executions.Where(e => e.FirstSentAt > since).Select(e => e.ProposalId);
        var recent = await db.Proposals.Where(p => p.Operation == operation && begun.Contains(p.Id))
            .Select(p => new { p.Status, p.Currency, p.AmountMinor }).ToListAsync(cancellationToken);
        if (recent.Count(p => Bad.Contains(p.Status)) >= options.Failures)
        {
            return "failures";
        }

        var spent = recent.Where(p => p.Status == Executed && p.Currency is not null).GroupBy(p => p.Currency!);
        return spent.Any(g => options.SpendMinor.TryGetValue(g.Key, out var most) && g.Sum(p => Math.Abs(p.AmountMinor ?? 0)) > most) ? "spend" : null;
    }

    private static async Task<bool> AnomalousAsync(CopilotDb db, string operation, Money? next, BreakerOptions options, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (next is not { } amount)
        {
            return false;
        }

        var since = now - TimeSpan.FromDays(90);
        var amounts = await db.Proposals
            .Where(p => p.Operation == operation && p.Currency == amount.Currency && p.Status == Executed && p.CreatedAt > since && p.AmountMinor != null)
            .Select(p => p.AmountMinor ?? 0).ToListAsync(cancellationToken);
        var sorted = amounts.Select(a => Math.Abs(a)).Order().ToList();
        return sorted.Count >= options.Least && Math.Abs(amount.AmountMinor) > options.AnomalyFactor * sorted[sorted.Count / 2];
    }

    private async Task<BreakerRow> MoveAsync(CopilotDb db, BreakerRow? row, string operation, string state, string cause, CancellationToken cancellationToken)
    {
        if (row is null)
        {
            row = new BreakerRow { TenantId = db.Tenant.Id, Operation = operation, State = state, Cause = cause };
            db.Breakers.Add(row);
        }

        (row.State, row.Cause, row.Since, row.TrialId) = (state, cause, clock.UtcNow, null);
        await db.SaveChangesAsync(cancellationToken);
        await audit.AppendAsync(db, new AuditEntry("breaker." + state, "governance", operation, new JsonObject { ["cause"] = cause }), cancellationToken);
        return row;
    }
}

/// <summary>A breaker as it stands.</summary>
/// <param name="State"><c>closed</c>, <c>open</c> or <c>half_open</c>.</param>
/// <param name="Cause">What tripped it last.</param>
public sealed record BreakerView(string Operation, string State, string Cause, DateTimeOffset Since);
