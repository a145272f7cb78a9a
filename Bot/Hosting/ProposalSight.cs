using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;

namespace BillingCopilot.Bot.Hosting;

/// <summary>
/// What of a proposal a person reads. What people filled into a form is personal data: only who may propose or approve
/// such an operation reads the values.
/// </summary>
public sealed class ProposalSight(PolicyBook policies, OperationCatalog operations)
{
    public ProposalView Of(ProposalView proposal, Person person)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        ArgumentNullException.ThrowIfNull(person);
        var policy = policies.For(proposal.Operation);
        return operations.Find(proposal.Operation) is not { FilledByPeople: true } || policy.ProposerRole(person) is not null || policy.ApproverRole(person) is not null
            ? proposal
            : proposal with { Arguments = [], Changes = [.. proposal.Changes.Select(c => new PreviewChange(c.Field, "", "(not for your role)"))] };
    }
}
