using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Operations;

/// <summary>Carries out approved proposals: at most one effect each, and none silently lost.</summary>
public sealed class ProposalExecutor
{
    /// <summary>Executes an approved proposal, or says how it stands when it can't (stale, failed, already done).</summary>
    public Task<ProposalView> ExecuteAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Takes up what is approved, or was left executing by a node that died (its lease ran out). Returns how many were finished.</summary>
    public Task<int> RecoverAsync(TenantContext tenant, CancellationToken cancellationToken) => throw new NotImplementedException();
}
