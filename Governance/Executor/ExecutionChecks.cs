using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;

namespace BillingCopilot.Governance.Executor;

/// <summary>What is looked at once more between the approval and the first call.</summary>
internal sealed class ExecutionChecks(PeopleDirectory people, PolicyBook policies, RolloutPlan rollout)
{
    /// <summary>Before the first call: the same proposal, still rightly approved, against the same state.</summary>
    public async Task<Obstacle?> BeforeFirstAsync(Run run, CancellationToken cancellationToken) =>
        CheckBinding(run) ?? CheckApprovers(run) ?? CheckRollout(run) ?? await CheckStateAsync(run, cancellationToken);

    /// <summary>Before a repetition: only that the key stands for the same request. The state has moved by our own doing.</summary>
    public static Obstacle? BeforeRepeating(Run run) =>
        ProposalHash.Parameters(run.Proposal) != run.Execution.ParametersHash || Changed(run)
            ? new Obstacle(ProposalStatus.NeedsReconcile, "parameters_changed", "The stored arguments differ from those that were sent with this idempotency key. Nothing more was sent. " + run.LookAt, [])
            : null;

    private static Obstacle? CheckBinding(Run run) =>
        Changed(run) || ProposalHash.Parameters(run.Proposal) != run.Execution.ParametersHash
            ? new Obstacle(ProposalStatus.Failed, "hash_mismatch", "The stored proposal is not the one that was approved. Nothing was done. Propose it again, and have an admin verify the audit log.", [])
            : null;

    private static bool Changed(Run run) =>
        run.Proposal.Livemode != run.Tenant.Livemode
        || ProposalHash.Of(run.Tenant.Account, run.Proposal) != run.Proposal.Hash
        || run.Approvals.Any(a => a.Hash != run.Proposal.Hash);

    private Obstacle? CheckApprovers(Run run)
    {
        var policy = policies.For(run.Proposal.Operation);
        var valid = run.Approvals.Count(a => people.Find(a.Person) is { } person
            && policy.ApproverRole(person) is not null
            && (policy.SelfApproval || person.Id != run.Proposal.RequestedBy));
        var needed = policy.ApproversFor(ProposalViews.AmountOf(run.Proposal));
        return valid < needed
            ? Stale("approval_lapsed", $"Of the {needed} approval(s) that the policy asks for, {valid} still count: an approver has lost the role. Nothing was done; propose it again.")
            : null;
    }

    private Obstacle? CheckRollout(Run run) =>
        rollout.Refuse(run.Proposal.Operation) is { } refusal ? Stale(refusal.Code, $"{refusal.Message} Nothing was done.") : null;

    private static async Task<Obstacle?> CheckStateAsync(Run run, CancellationToken cancellationToken) =>
        await run.Operation.PreviewAsync(run.Arguments, run.Tenant, cancellationToken) switch
        {
            Outcome<OperationPreview>.Ok { Value: var now } => Compare(run, now.Declared),
            Outcome<OperationPreview>.Refused { Refusal: var refusal } => Stale(refusal.Code, $"It can't be done any more: {refusal} Nothing was done."),
            _ => throw new InvalidOperationException("An outcome is one of two."),
        };

    private static Obstacle? Compare(Run run, IReadOnlyDictionary<string, string> now)
    {
        if (ProposalHash.Digest(now) == run.Proposal.Digest)
        {
            return null;
        }

        var then = JsonNode.Parse(run.Proposal.Declared)!.AsObject().ToDictionary(d => d.Key, d => (string?)d.Value);
        var moved = then.Keys.Union(now.Keys).Where(k => then.GetValueOrDefault(k) != now.GetValueOrDefault(k)).Order(StringComparer.Ordinal).ToArray();
        var told = moved.Select(k => $"{k} was {then.GetValueOrDefault(k) ?? "absent"} and is {now.GetValueOrDefault(k) ?? "absent"}");
        return Stale("state_moved", $"The state has changed since the approval: {string.Join("; ", told)}. Nothing was done; propose it again.", moved);
    }

    private static Obstacle Stale(string code, string text, params string[] fields) => new(ProposalStatus.Stale, code, text, fields);
}
