using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.Executor;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Governance.Guards;

/// <summary>What is looked at once more between the approval and each call.</summary>
internal sealed class ExecuteGuards(
    CopilotDbFactory databases, BusinessClock clock, PeopleDirectory people, PolicyBook policies, RolloutGate gate, KillSwitches switches, ExecutionLeases leases, IWriteClients writers, StandingTerms standing, Breakers breakers)
{
    /// <summary>The same proposal, byte for byte, as was proposed, approved and given its key.</summary>
    public static Objection? Tampered(Run run) =>
        ProposalHash.Parameters(run.Proposal) != run.Execution.ParametersHash
        || ProposalHash.Of(run.Tenant.Account, run.Proposal) != run.Proposal.Hash
        || ProposalHash.Digest(Declaration.Read(run.Proposal.Declared)) != run.Proposal.Digest
        || run.Approvals.Any(a => a.Hash != run.Proposal.Hash)
            ? new Objection("hash_mismatch", "The stored proposal is not the one that was approved. Have an admin verify the audit log.", ProposalStatus.Failed)
            : null;

    public static Objection? OtherMode(Run run) => run.Proposal.Livemode != run.Tenant.Livemode
        ? new Objection("mode_mismatch", "This was approved for the account in its other mode.", ProposalStatus.Failed)
        : null;

    public Objection? CantWrite(Run run) => writers.Refuse(run.Tenant) is { } unable
        ? new Objection(unable.Code, unable.ToString(), ProposalStatus.Failed)
        : null;

    public Objection? PolicyChanged(Run run) => run.Proposal.PolicyVersion != policies.Version
        ? Stale("policy_changed", "The policy has changed since this was approved.")
        : null;

    public Objection? ApprovalTooOld(Run run)
    {
        var bound = policies.For(run.Proposal.Operation).Expiry;
        var since = run.Proposal.NotBefore is { } due && due > run.ApprovedAt ? due : run.ApprovedAt;
        return clock.UtcNow - since > bound
            ? Stale("approval_expired", $"The approval is older than the {bound.TotalHours:0.##} hours that the policy gives it.")
            : null;
    }

    public async Task<Objection?> TooFewApproversAsync(Run run, CancellationToken cancellationToken)
    {
        var policy = policies.For(run.Proposal.Operation);
        var valid = run.Approvals.Count(a => people.Find(a.Person) is { } person
            && policy.ApproverRole(person) is not null
            && (policy.SelfApproval || person.Id != run.Proposal.RequestedBy));
        await using var db = databases.Open(run.Tenant);
        var needed = await SecondApprovers.NeededAsync(db, run.Proposal, policy, run.ApprovedAt, run.ApprovedAt, cancellationToken);
        return valid >= needed ? null
            : valid < run.Approvals.Count ? Stale("approval_lapsed", $"Of the {needed} approval(s) that the policy asks for, {valid} still count: an approver has lost the role.")
            : Stale("approval_lapsed", $"Together with what was approved for this customer before, it takes {needed} approvals, and it has {valid}.");
    }

    public async Task<Objection?> StandingLapsedAsync(Run run, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(run.Tenant);
        foreach (var approval in run.Approvals.Where(Minted))
        {
            if (await standing.RefuseSendingAsync(db, approval.Source!, run.Proposal, clock.UtcNow, cancellationToken) is { } lapsed)
            {
                return Stale(lapsed.Code, lapsed.Message);
            }
        }

        return null;
    }

    /// <summary>What nobody looked at by itself goes out only while automation is on.</summary>
    public async Task<Objection?> AutomationOffAsync(Run run, CancellationToken cancellationToken) =>
        run.Approvals.Any(Minted) && await breakers.RefuseSendingAsync(run.Tenant, run.Proposal, cancellationToken) is { } refusal ? Stale(refusal.Code, refusal.Message) : null;

    public async Task<Objection?> StoppedAsync(Run run, CancellationToken cancellationToken) =>
        await switches.RefuseAsync(run.Tenant, run.Proposal.Operation, cancellationToken) is { } refusal ? Stale(refusal.Code, refusal.Message) : null;

    /// <summary>Another node may have taken it over while this one was slow: that one tells how it ends.</summary>
    public async Task<Objection?> LeaseLostAsync(Run run, CancellationToken cancellationToken) => await leases.HoldsAsync(run, cancellationToken)
        ? null
        : new Objection(LeaseLost, "This node was too slow, and another may have taken it over.", ProposalStatus.Executing);

    /// <summary>Code of a lost lease: nothing more is this node's to say.</summary>
    public const string LeaseLost = "lease_lost";

    public async Task<Objection?> NotLetAsync(Run run, CancellationToken cancellationToken) =>
        await gate.RefuseAsync(run.Tenant, run.Proposal.Operation, run.Proposal.Playbook, run.Proposal.CustomerId, cancellationToken) is { } refusal
            ? Stale(refusal.Code, refusal.Message)
            : null;

    public static async Task<Objection?> StateMovedAsync(Run run, CancellationToken cancellationToken) =>
        await run.Operation.PreviewAsync(run.Arguments, run.Tenant, cancellationToken) switch
        {
            Outcome<OperationPreview>.Ok { Value: var now } => Compare(run, now),
            Outcome<OperationPreview>.Refused { Refusal: var refusal } => Stale(refusal.Code, $"It can't be done any more: {refusal}"),
            _ => throw new InvalidOperationException("An outcome is one of two."),
        };

    private static Objection? Compare(Run run, OperationPreview now)
    {
        var then = WithSubject(run.Grant.Approved, ProposalViews.AmountOf(run.Proposal), run.Proposal.CustomerId, run.Proposal.TargetId);
        var read = WithSubject(now.Declared, now.Amount, now.Customer.Id, now.Target.Id);
        return Declaration.Moved(then, read) is { Length: > 0 } moved
            ? new Objection("state_moved", $"The state has changed since the approval: {Declaration.Difference(then, read)}.", ProposalStatus.Stale, moved)
            : null;
    }

    // What a preview is about is compared even where an operation forgets to declare it.
    private static Dictionary<string, string> WithSubject(IReadOnlyDictionary<string, string> declared, Money? amount, string customer, string target) =>
        new(declared, StringComparer.Ordinal) { ["(amount)"] = amount?.ToString() ?? "none", ["(customer)"] = customer, ["(target)"] = target };

    private static bool Minted(ApprovalRow approval) => approval.Channel == StandingDesk.Channel;

    private static Objection Stale(string code, string why) => new(code, why, ProposalStatus.Stale);
}
