using BillingCopilot.Governance.Approvals;
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
        return !IsPersonal(proposal) || policy.ProposerRole(person) is not null || policy.ApproverRole(person) is not null
            ? proposal
            : Without(proposal, "(not for your role)");
    }

    /// <summary>The same of a list, row by row.</summary>
    public BatchView Of(BatchView batch, Person person)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch with { Rows = [.. batch.Rows.Select(r => Of(r, person))] };
    }

    /// <summary>The same of what became of a list's rows.</summary>
    public IReadOnlyList<BatchResult> Of(IReadOnlyList<BatchResult> results, Person person)
    {
        ArgumentNullException.ThrowIfNull(results);
        return [.. results.Select(r => r.Proposal is { } proposal ? r with { Proposal = Of(proposal, person) } : r)];
    }

    /// <summary>As whoever is in a chat may read it.</summary>
    public ProposalView InChat(ProposalView proposal) => IsPersonal(proposal) ? Without(proposal, "(in the console)") : proposal;

    /// <summary>True for what a person filled into a form.</summary>
    public bool IsPersonal(ProposalView proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        return operations.Find(proposal.Operation) is { FilledByPeople: true };
    }

    private static ProposalView Without(ProposalView proposal, string said) =>
        proposal with { Arguments = [], Changes = [.. proposal.Changes.Select(c => new PreviewChange(c.Field, "", said))] };
}
