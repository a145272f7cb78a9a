using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Governance.Approvals;

/// <summary>What a person decided, and through which channel.</summary>
internal sealed record Decision(string ProposalId, Person Person, string Hash, string Channel, bool Approves, string? Reason)
{
    public const string Approved = "approved";
    public const string Rejected = "rejected";

    public string Word => Approves ? Approved : Rejected;
}

/// <summary>What a decision is judged against.</summary>
/// <param name="Approvals">Decisions recorded so far.</param>
internal sealed record DecisionCase(ProposalRow Proposal, IReadOnlyList<ApprovalRow> Approvals, OperationPolicy Policy, DateTimeOffset Now)
{
    public bool IsRequester(Person person) => person.Id == Proposal.RequestedBy;
}
