using BillingCopilot.Billing;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.StripeApi;

namespace BillingCopilot.Bot.Tasks;

/// <summary>A decision from any surface, followed by its execution: the one way in for console, API and command line.</summary>
public sealed class Decisions(DecisionDesk desk, ProposalExecutor executor, StripeReaders readers, ProposalFeed feed)
{
    public async Task<Outcome<ProposalView>> DecideAsync(
        Tenant tenant, Person person, string proposalId, string hash, bool approve, string? reason, string channel, CancellationToken cancellationToken)
    {
        var context = tenant.Context;
        if (tenant.IsSandbox)
        {
            // Business time follows the sandbox's clock by its answers; expiry must not rest on an old one.
            await readers.For(context).ObserveClockAsync(cancellationToken);
        }

        var outcome = approve
            ? await desk.ApproveAsync(context, proposalId, person, hash, channel, cancellationToken)
            : await desk.RejectAsync(context, proposalId, person, hash, channel, reason, cancellationToken);
        feed.Changed();
        if (outcome is not Outcome<ProposalView>.Ok { Value.Status: ProposalStatus.Approved })
        {
            return outcome;
        }

        // The approval is committed: from here the work is done even if the caller hangs up.
        var done = await executor.ExecuteAsync(context, proposalId, CancellationToken.None);
        feed.Changed();
        return done;
    }
}

/// <summary>Tells open pages that proposals changed.</summary>
public sealed class ProposalFeed
{
    public event Action? OnChanged;

    public void Changed() => OnChanged?.Invoke();
}
