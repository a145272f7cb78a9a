using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Executor;

/// <summary>
/// Says who may work on an execution, across nodes: one at a time for each customer, by compare-and-set. The
/// caller keeps two calls of one process apart (<see cref="KeyedGate"/>), so a lease of our own is always free.
/// Leases are written and compared by the database's clock: those of the nodes need not agree.
/// </summary>
internal sealed class ExecutionLeases(CopilotDbFactory databases, LeaseClock leases, TimeProvider time, BusinessClock clock, OperationInvokers operations, ExecutorOptions options, IdSource ids)
{
    private static readonly string Approved = WireName.Of(ProposalStatus.Approved);
    private static readonly string Executing = WireName.Of(ProposalStatus.Executing);
    private static readonly string Executed = WireName.Of(ProposalStatus.Executed);

    /// <summary>This process, as leases name it.</summary>
    public string Owner { get; } = ids.Next("node");

    /// <summary>Claims, waiting while another node works on the customer. Null when there is nothing to do, or the wait was in vain.</summary>
    public async Task<Run?> ClaimAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; ; waited += options.PollEvery)
        {
            var (run, busy) = await TryClaimAsync(tenant, proposalId, cancellationToken);
            if (!busy || waited >= options.WaitForOthers)
            {
                return run;
            }

            await Task.Delay(options.PollEvery, time, cancellationToken);
        }
    }

    /// <summary>Moves the end of the lease; false when another node took it.</summary>
    public async Task<bool> RenewAsync(Run run, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(run.Tenant);
        var until = await leases.UtcNowAsync(db, cancellationToken) + options.Lease;
        return await db.Executions.Where(e => e.ProposalId == run.Proposal.Id && e.LeaseOwner == Owner)
            .ExecuteUpdateAsync(e => e.SetProperty(r => r.LeaseUntil, until), cancellationToken) == 1;
    }

    /// <summary>True while the lease is ours and has not run out.</summary>
    public async Task<bool> HoldsAsync(Run run, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(run.Tenant);
        var now = await leases.UtcNowAsync(db, cancellationToken);
        return await db.Executions.AnyAsync(e => e.ProposalId == run.Proposal.Id && e.LeaseOwner == Owner && e.LeaseUntil > now, cancellationToken);
    }

    /// <summary>Proposals that nobody works on and somebody should: not before their time.</summary>
    public async Task<IReadOnlyList<string>> AbandonedAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var (now, farthest) = await NowAsync(db, cancellationToken);
        var today = clock.UtcNow;
        var held = db.Executions.Where(e => e.LeaseOwner != null && e.LeaseUntil > now && e.LeaseUntil <= farthest).Select(e => e.ProposalId);
        return await db.Proposals
            .Where(p => (p.Status == Approved && (p.NotBefore == null || p.NotBefore <= today)) || (p.Status == Executing && !held.Contains(p.Id)))
            .OrderBy(p => p.CreatedAt).Select(p => p.Id).ToListAsync(cancellationToken);
    }

    /// <summary>Of the newest that took effect: those of the last day with which something is missing still.</summary>
    public async Task<IReadOnlyList<string>> UnfinishedAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var since = clock.UtcNow - ExecutorOptions.KeyLifetime;
        var newest = db.Proposals.Where(p => p.Status == Executed).OrderByDescending(p => p.CreatedAt).Take(200).Select(p => p.Id);
        return await db.Executions.Where(e => newest.Contains(e.ProposalId) && e.Outcome == ExecutionStatus.Unfinished && e.FirstSentAt > since)
            .Select(e => e.ProposalId).ToListAsync(cancellationToken);
    }

    /// <summary>Leases one of them, to complete it; null when another node has it, or has the customer.</summary>
    public async Task<Run?> ClaimUnfinishedAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        var row = await db.Proposals.AsNoTracking().SingleAsync(p => p.Id == proposalId, cancellationToken);
        await db.LockAsync("customer:" + row.CustomerId, cancellationToken);
        var execution = await db.Executions.SingleAsync(e => e.ProposalId == proposalId, cancellationToken);
        if (execution.Outcome != ExecutionStatus.Unfinished || await HeldByAnotherAsync(db, row.CustomerId, cancellationToken))
        {
            return null;
        }

        (execution.LeaseOwner, execution.LeaseUntil) = (Owner, await leases.UtcNowAsync(db, cancellationToken) + options.Lease);
        await db.SaveChangesAsync(cancellationToken);
        var approvals = await db.Approvals.AsNoTracking().Where(a => a.ProposalId == proposalId).ToListAsync(cancellationToken);
        // Made before the lease is kept: what can't be made holds the customer from nobody.
        var run = new Run(tenant, row, execution, [.. Run.Approving(approvals)], operations.Get(row.Operation));
        await transaction.CommitAsync(cancellationToken);
        return run;
    }

    private async Task<(Run? Run, bool Busy)> TryClaimAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        var customer = await db.Proposals.Where(p => p.Id == proposalId).Select(p => p.CustomerId).SingleAsync(cancellationToken);
        await db.LockAsync("customer:" + customer, cancellationToken);
        var row = await db.Proposals.AsNoTracking().SingleAsync(p => p.Id == proposalId, cancellationToken);
        if ((row.Status != Approved && row.Status != Executing) || (row.Status == Approved && row.NotBefore > clock.UtcNow))
        {
            return (null, false);
        }

        if (await HeldByAnotherAsync(db, customer, cancellationToken))
        {
            return (null, true);
        }

        if (await TakeAsync(db, tenant, row, cancellationToken) is not { } execution)
        {
            return (null, false);
        }

        var approvals = await db.Approvals.AsNoTracking().Where(a => a.ProposalId == proposalId).ToListAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (new Run(tenant, row, execution, [.. Run.Approving(approvals)], operations.Get(row.Operation)), false);
    }

    private async Task<bool> HeldByAnotherAsync(CopilotDb db, string customer, CancellationToken cancellationToken)
    {
        var (now, farthest) = await NowAsync(db, cancellationToken);
        var ofCustomer = db.Proposals.Where(p => p.CustomerId == customer).Select(p => p.Id);
        return await db.Executions.AnyAsync(
            e => ofCustomer.Contains(e.ProposalId) && e.LeaseOwner != null && e.LeaseOwner != Owner && e.LeaseUntil > now && e.LeaseUntil <= farthest, cancellationToken);
    }

    /// <summary>A lease that ends later than any that can be written now is from a clock that was set back since.</summary>
    private async Task<(DateTimeOffset Now, DateTimeOffset Farthest)> NowAsync(CopilotDb db, CancellationToken cancellationToken)
    {
        var now = await leases.UtcNowAsync(db, cancellationToken);
        return (now, now + (2 * options.Lease));
    }

    /// <summary>Null when an approved proposal was ended by somebody else meanwhile.</summary>
    private async Task<ExecutionRow?> TakeAsync(CopilotDb db, TenantContext tenant, ProposalRow row, CancellationToken cancellationToken)
    {
        var execution = await db.Executions.SingleOrDefaultAsync(e => e.ProposalId == row.Id, cancellationToken);
        if (execution is null)
        {
            execution = Fresh(tenant, row);
            db.Executions.Add(execution);
        }

        execution.LeaseOwner = Owner;
        execution.LeaseUntil = await leases.UtcNowAsync(db, cancellationToken) + options.Lease;
        await db.SaveChangesAsync(cancellationToken);
        var moved = await db.Proposals.Where(p => p.Id == row.Id && p.Status == Approved)
            .ExecuteUpdateAsync(p => p.SetProperty(r => r.Status, Executing), cancellationToken);
        return moved == 1 || row.Status == Executing ? execution : null;
    }

    private ExecutionRow Fresh(TenantContext tenant, ProposalRow row) => new()
    {
        TenantId = tenant.Id,
        ProposalId = row.Id,
        IdempotencyKey = Run.KeyOf(tenant, row.Id),
        ParametersHash = ProposalHash.Parameters(row),
        FirstSentAt = clock.UtcNow,
        Status = ExecutionStatus.Claimed,
    };
}
