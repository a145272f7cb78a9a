using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Executor;

/// <summary>What is looked at once more between the approval and each call.</summary>
internal sealed class ExecutionChecks(
    CopilotDbFactory databases, BusinessClock clock, PeopleDirectory people, PolicyBook policies, RolloutPlan rollout, IWriteClients writers)
{
    private const string Unchanged = "Nothing was done; propose it again.";

    /// <summary>Before the first call: the same proposal, still rightly approved, against the same state.</summary>
    public async Task<Obstacle?> BeforeFirstAsync(Run run, CancellationToken cancellationToken)
    {
        if (Changed(run))
        {
            return new Obstacle(ProposalStatus.Failed, "hash_mismatch", "The stored proposal is not the one that was approved. Nothing was done. Propose it again, and have an admin verify the audit log.", []);
        }

        if (writers.Refuse(run.Tenant) is { } unable)
        {
            return new Obstacle(ProposalStatus.Failed, unable.Code, $"{unable} Nothing was done.", []);
        }

        return await ObjectAsync(run, cancellationToken) is { } objection
            ? new Obstacle(ProposalStatus.Stale, objection.Code, $"{objection.Why} {Unchanged}", objection.Fields)
            : null;
    }

    /// <summary>Before anything is read or sent again: the key still stands for the same request.</summary>
    public static Obstacle? BeforeReconciling(Run run) => Changed(run)
        ? Doubtful(run, new Objection("parameters_changed", "The stored proposal differs from the one that was sent with this idempotency key."))
        : null;

    /// <summary>
    /// Before a repetition: what held before the first call has to hold still. The first request may yet land, so
    /// a difference is a question for a person, never stale.
    /// </summary>
    public async Task<Obstacle?> BeforeRepeatingAsync(Run run, CancellationToken cancellationToken) =>
        BeforeReconciling(run)
        ?? (writers.Refuse(run.Tenant) is { } unable ? Doubtful(run, new Objection(unable.Code, unable.ToString())) : null)
        ?? (await ObjectAsync(run, cancellationToken) is { } objection ? Doubtful(run, objection) : null);

    private static Obstacle Doubtful(Run run, Objection objection) => new(
        ProposalStatus.NeedsReconcile, objection.Code, $"{objection.Why} It had been sent before, and that may have taken effect or still do; nothing more was sent. {run.LookAt}", objection.Fields);

    private static bool Changed(Run run) =>
        ProposalHash.Parameters(run.Proposal) != run.Execution.ParametersHash
        || run.Proposal.Livemode != run.Tenant.Livemode
        || ProposalHash.Of(run.Tenant.Account, run.Proposal) != run.Proposal.Hash
        || ProposalHash.Digest(Declaration.Read(run.Proposal.Declared)) != run.Proposal.Digest
        || run.Approvals.Any(a => a.Hash != run.Proposal.Hash);

    private async Task<Objection?> ObjectAsync(Run run, CancellationToken cancellationToken) =>
        ObjectToAge(run) ?? await ObjectToApproversAsync(run, cancellationToken) ?? ObjectToRollout(run) ?? await ObjectToStateAsync(run, cancellationToken);

    private Objection? ObjectToAge(Run run)
    {
        if (run.Proposal.PolicyVersion != policies.Version)
        {
            return new Objection("policy_changed", "The policy has changed since this was approved.");
        }

        var bound = policies.For(run.Proposal.Operation).Expiry;
        return clock.UtcNow - run.ApprovedAt > bound
            ? new Objection("approval_expired", $"The approval is older than the {bound.TotalHours:0.##} hours that the policy gives it.")
            : null;
    }

    private async Task<Objection?> ObjectToApproversAsync(Run run, CancellationToken cancellationToken)
    {
        var policy = policies.For(run.Proposal.Operation);
        var valid = run.Approvals.Count(a => people.Find(a.Person) is { } person
            && policy.ApproverRole(person) is not null
            && (policy.SelfApproval || person.Id != run.Proposal.RequestedBy));
        await using var db = databases.Open(run.Tenant);
        var needed = policy.ApproversFor(await DailyCap.WithRecentAsync(db, run.Proposal, run.ApprovedAt, run.ApprovedAt, cancellationToken));
        return valid < needed
            ? new Objection("approval_lapsed", $"Of the {needed} approval(s) that the policy asks for, {valid} still count: an approver has lost the role.")
            : null;
    }

    private Objection? ObjectToRollout(Run run) =>
        rollout.Refuse(run.Proposal.Operation) is { } refusal ? new Objection(refusal.Code, refusal.Message) : null;

    private static async Task<Objection?> ObjectToStateAsync(Run run, CancellationToken cancellationToken) =>
        await run.Operation.PreviewAsync(run.Arguments, run.Tenant, cancellationToken) switch
        {
            Outcome<OperationPreview>.Ok { Value: var now } => Compare(run, now),
            Outcome<OperationPreview>.Refused { Refusal: var refusal } => new Objection(refusal.Code, $"It can't be done any more: {refusal}"),
            _ => throw new InvalidOperationException("An outcome is one of two."),
        };

    private static Objection? Compare(Run run, OperationPreview now)
    {
        var then = WithSubject(run.Grant.Approved, ProposalViews.AmountOf(run.Proposal), run.Proposal.CustomerId, run.Proposal.TargetId);
        var read = WithSubject(now.Declared, now.Amount, now.Customer.Id, now.Target.Id);
        return Declaration.Moved(then, read) is { Length: > 0 } moved
            ? new Objection("state_moved", $"The state has changed since the approval: {Declaration.Difference(then, read)}.", moved)
            : null;
    }

    // What a preview is about is compared even where an operation forgets to declare it.
    private static Dictionary<string, string> WithSubject(IReadOnlyDictionary<string, string> declared, Money? amount, string customer, string target) =>
        new(declared, StringComparer.Ordinal) { ["(amount)"] = amount?.ToString() ?? "none", ["(customer)"] = customer, ["(target)"] = target };

    private sealed record Objection(string Code, string Why, params string[] Fields);
}
