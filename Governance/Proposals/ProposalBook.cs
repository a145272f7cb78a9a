using BillingCopilot.Billing;
using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Proposals;

/// <summary>Records proposals and reads them back. It can't carry anything out.</summary>
public sealed class ProposalBook
{
    public Task<Outcome<ProposalView>> ProposeAsync(ProposeRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<ProposalView?> FindAsync(TenantContext tenant, string id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Newest first; <paramref name="status"/> null means all.</summary>
    public Task<IReadOnlyList<ProposalView>> ListAsync(TenantContext tenant, ProposalStatus? status, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<IReadOnlyList<ProposalView>> ListForTaskAsync(TenantContext tenant, string taskId, CancellationToken cancellationToken) => throw new NotImplementedException();
}
