using BillingCopilot.Billing;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Tasks;

/// <summary>A decision from any surface, followed by its execution: the one way in for console, API and command line.</summary>
public sealed class Decisions(DecisionDesk desk, BatchDesk batches, StandingDesk standing, ProposalExecutor executor, DecisionNews news, SandboxClock clock, ProposalFeed feed)
{
    public async Task<Outcome<ProposalView>> DecideAsync(
        Tenant tenant, Person person, string proposalId, string hash, bool approve, string? reason, string channel, CancellationToken cancellationToken)
    {
        var context = tenant.Context;
        await clock.ObserveAsync(context, cancellationToken);
        var outcome = approve
            ? await desk.ApproveAsync(context, proposalId, person, hash, channel, cancellationToken)
            : await desk.RejectAsync(context, proposalId, person, hash, channel, reason, cancellationToken);
        feed.Changed();
        if (outcome is Outcome<ProposalView>.Ok { Value: { Status: ProposalStatus.Rejected } rejected })
        {
            await news.TellAsync(context, rejected, cancellationToken);
        }

        return outcome is Outcome<ProposalView>.Ok { Value.Status: ProposalStatus.Approved } ? await CarryOutAsync(context, proposalId) : outcome;
    }

    /// <summary>Signs a list and carries out the rows that were approved, one after the other.</summary>
    public async Task<Outcome<IReadOnlyList<BatchResult>>> SignAsync(Tenant tenant, Person person, string batchId, string hash, string channel, CancellationToken cancellationToken)
    {
        var context = tenant.Context;
        await clock.ObserveAsync(context, cancellationToken);
        if (!(await batches.SignAsync(context, batchId, person, hash, channel, cancellationToken)).TryGet(out var rows, out var refusal))
        {
            return refusal;
        }

        feed.Changed();
        var results = new List<BatchResult>();
        foreach (var row in rows)
        {
            results.Add(row.Status == ProposalStatus.Approved && await CarryOutAsync(context, row.ProposalId) is var done ? row with { Status = done.Status, Proposal = done } : row);
        }

        return results;
    }

    /// <summary>Approves and carries out what a standing approval covers; null leaves it to people.</summary>
    public async Task<ProposalView?> TryStandingAsync(TenantContext tenant, ProposalView proposal, CancellationToken cancellationToken) =>
        await standing.TryApproveAsync(tenant, proposal, cancellationToken) switch
        {
            null => null,
            { Status: ProposalStatus.Approved } approved => await CarryOutAsync(tenant, approved.Id),
            var waiting => waiting,
        };

    /// <summary>Takes up what is approved and due, or was left by a process that died. Returns how many were finished.</summary>
    public async Task<int> RecoverAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        var finished = await executor.RecoverAllAsync(tenant, cancellationToken);
        foreach (var dropped in finished.Where(p => p.Status == ProposalStatus.Stale))
        {
            await news.TellAsync(tenant, dropped, cancellationToken);
        }

        await news.CatchUpAsync(tenant, cancellationToken);
        if (finished.Count > 0)
        {
            feed.Changed();
        }

        return finished.Count;
    }

    /// <summary>The approval is committed: from here the work is done even if the caller hangs up.</summary>
    private async Task<ProposalView> CarryOutAsync(TenantContext tenant, string proposalId)
    {
        var done = await executor.ExecuteAsync(tenant, proposalId, CancellationToken.None);
        feed.Changed();
        if (done.Status == ProposalStatus.Stale)
        {
            await news.TellAsync(tenant, done, CancellationToken.None);
        }

        return done;
    }
}

/// <summary>Tells open pages that proposals changed.</summary>
public sealed class ProposalFeed
{
    public event Action? OnChanged;

    public void Changed() => OnChanged?.Invoke();
}
