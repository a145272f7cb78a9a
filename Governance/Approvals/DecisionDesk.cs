using BillingCopilot.Billing;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Approvals;

/// <summary>Takes a known person's decision on a proposal, once.</summary>
public sealed class DecisionDesk
{
    /// <param name="hash">The hash the person saw; a different one is refused.</param>
    /// <param name="channel"><c>console</c>, <c>api</c>, <c>cli</c>, …</param>
    public Task<Outcome<ProposalView>> ApproveAsync(TenantContext tenant, string proposalId, Person person, string hash, string channel, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<Outcome<ProposalView>> RejectAsync(TenantContext tenant, string proposalId, Person person, string hash, string channel, string? reason, CancellationToken cancellationToken) => throw new NotImplementedException();
}
