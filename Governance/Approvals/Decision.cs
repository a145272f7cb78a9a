using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Governance.Approvals;

/// <summary>What a person decided, and through which channel.</summary>
/// <param name="Source">The signed list it is a row of, or the standing approval that speaks for the person.</param>
internal sealed record Decision(string ProposalId, Person Person, string Hash, string Channel, bool Approves, string? Reason, string? Source = null)
{
    public const string Approved = "approved";
    public const string Rejected = "rejected";

    public string Word => Approves ? Approved : Rejected;

    /// <summary>The standing approval that mints this; null for a person's own decision.</summary>
    public string? Standing => Channel == StandingDesk.Channel ? Source : null;
}

/// <summary>What a decision is judged against.</summary>
/// <param name="Approvals">Decisions recorded so far.</param>
/// <param name="Db">The transaction that the decision would be recorded in.</param>
internal sealed record DecisionCase(
    Decision Decision, ProposalRow Proposal, IReadOnlyList<ApprovalRow> Approvals, OperationPolicy Policy, TenantContext Tenant, DateTimeOffset Now, CopilotDb Db)
{
    public ProposalStatus Status { get; } = WireName.Parse<ProposalStatus>(Proposal.Status);

    public bool ByRequester => Decision.Person.Id == Proposal.RequestedBy;
}
