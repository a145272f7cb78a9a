using BillingCopilot.Governance.Executor;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace BillingCopilot.Governance.Operations;

/// <summary>Carries out approved proposals: at most one effect each, and none silently lost.</summary>
public sealed partial class ProposalExecutor
{
    private readonly CopilotDbFactory _databases;
    private readonly ExecutionLeases _leases;
    private readonly ExecutionChecks _checks;
    private readonly ExecutionJournal _journal;
    private readonly ExecutionAttempts _attempts;
    private readonly TimeProvider _time;
    private readonly ExecutorOptions _options;
    private readonly ILogger<ProposalExecutor> _logger;
    private readonly KeyedGate _customers = new();

    internal ProposalExecutor(
        CopilotDbFactory databases, ExecutionLeases leases, ExecutionChecks checks, ExecutionJournal journal, ExecutionAttempts attempts,
        TimeProvider time, ExecutorOptions options, ILogger<ProposalExecutor> logger) =>
        (_databases, _leases, _checks, _journal, _attempts, _time, _options, _logger) =
        (databases, leases, checks, journal, attempts, time, options, logger);

    /// <summary>
    /// Executes an approved proposal, or says how it stands when it can't (stale, failed, already done, its time not come). Waits while
    /// the customer is worked on. Throws for an id that the tenant does not have. Cancelled after the call left, it
    /// stays <c>executing</c> until <see cref="RecoverAsync"/> finds out.
    /// </summary>
    public async Task<ProposalView> ExecuteAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken)
    {
        var customer = (await ViewAsync(tenant, proposalId, cancellationToken)).Customer.Id;
        using (await _customers.EnterAsync($"{tenant.Id}/{customer}", cancellationToken))
        {
            if (await _leases.ClaimAsync(tenant, proposalId, cancellationToken) is { } run)
            {
                await CarryOutAsync(run, cancellationToken);
            }
        }

        return await ViewAsync(tenant, proposalId, CancellationToken.None);
    }

    /// <summary>Takes up what is approved, or was left executing by a node that died (its lease ran out). Returns how many were finished.</summary>
    public async Task<int> RecoverAsync(TenantContext tenant, CancellationToken cancellationToken) =>
        (await RecoverAllAsync(tenant, cancellationToken)).Count;

    /// <summary>The same, with what was finished as it now stands.</summary>
    public async Task<IReadOnlyList<ProposalView>> RecoverAllAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        var finished = new List<ProposalView>();
        foreach (var id in await _leases.AbandonedAsync(tenant, cancellationToken))
        {
            if (await TryRecoverAsync(tenant, id, cancellationToken) is { } view)
            {
                finished.Add(view);
            }
        }

        foreach (var id in await _leases.UnfinishedAsync(tenant, cancellationToken))
        {
            await TryFinishAsync(tenant, id, cancellationToken);
        }

        return finished;
    }

    /// <summary>Marks what took effect and could not be marked then. One that can't be taken up keeps none of the others waiting.</summary>
    private async Task TryFinishAsync(TenantContext tenant, string id, CancellationToken cancellationToken)
    {
        try
        {
            await FinishAsync(tenant, id, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotFinished(_logger, id, Faults.Describe(e));
        }
    }

    private async Task FinishAsync(TenantContext tenant, string id, CancellationToken cancellationToken)
    {
        var customer = (await ViewAsync(tenant, id, cancellationToken)).Customer.Id;
        using (await _customers.EnterAsync($"{tenant.Id}/{customer}", cancellationToken))
        {
            if (await _leases.ClaimUnfinishedAsync(tenant, id, cancellationToken) is { } run)
            {
                await _attempts.FinishAsync(run, cancellationToken);
            }
        }
    }

    private async Task CarryOutAsync(Run run, CancellationToken cancellationToken)
    {
        await using var renewal = new LeaseRenewal(token => _leases.RenewAsync(run, token), _time, _options.Lease);
        var (ready, obstacle) = run.WasSent ? (true, ExecutionChecks.BeforeReconciling(run)) : await CheckAsync(run, cancellationToken);
        if (!ready)
        {
            await _journal.DeferAsync(run);
        }
        else if (obstacle is not null)
        {
            await _journal.SettleAsync(run, obstacle);
        }
        else
        {
            await _attempts.RunAsync(run, cancellationToken);
        }
    }

    /// <summary>Not ready when the state could not be read: nothing was sent, so it simply waits for a better time.</summary>
    private async Task<(bool Ready, Obstacle? Obstacle)> CheckAsync(Run run, CancellationToken cancellationToken)
    {
        try
        {
            return (true, await _checks.BeforeFirstAsync(run, cancellationToken));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogDeferred(_logger, run.Proposal.Id, run.Proposal.Operation, Faults.Describe(e));
            return (false, null);
        }
    }

    private async Task<ProposalView?> TryRecoverAsync(TenantContext tenant, string id, CancellationToken cancellationToken)
    {
        try
        {
            var view = await ExecuteAsync(tenant, id, cancellationToken);
            return view.Status is ProposalStatus.Approved or ProposalStatus.Executing ? null : view;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotRecovered(_logger, id, Faults.Describe(e));
            return null;
        }
    }

    private async Task<ProposalView> ViewAsync(TenantContext tenant, string id, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        return await ProposalViews.ReadAsync(db, id, cancellationToken)
            ?? throw new InvalidOperationException($"Tenant '{tenant.Id}' has no proposal '{id}'.");
    }

    [LoggerMessage(3003, LogLevel.Warning, "{Operation} of {ProposalId} waits: its state could not be read ({Fault})")]
    private static partial void LogDeferred(ILogger logger, string proposalId, string operation, string fault);

    [LoggerMessage(3004, LogLevel.Error, "Proposal {ProposalId} could not be recovered ({Fault})")]
    private static partial void LogNotRecovered(ILogger logger, string proposalId, string fault);

    [LoggerMessage(3006, LogLevel.Error, "What goes with proposal {ProposalId} could not be completed ({Fault})")]
    private static partial void LogNotFinished(ILogger logger, string proposalId, string fault);
}
