using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;

namespace BillingCopilot.Governance.Guards;

/// <summary>Why a decision doesn't count. What only concerns approvals lets every rejection pass.</summary>
internal sealed class DecideGuards(PeopleDirectory people, PolicyBook policies, RolloutGate gate, StandingTerms standing)
{
    /// <summary>The role the person decides with; a requester may always withdraw their own proposal.</summary>
    public static string? RoleOf(DecisionCase about) =>
        about.Policy.ApproverRole(about.Decision.Person) ?? (!about.Decision.Approves && about.ByRequester ? "requester" : null);

    public Refusal? Unknown(DecisionCase about) => people.Find(about.Decision.Person.Id) is null
        ? new Refusal("not_allowed", $"Nobody is known as '{PlainText.Clean(about.Decision.Person.Id, 60)}'.", "An admin can add them to people.yaml.")
        : null;

    public static Refusal? MayNotDecide(DecisionCase about)
    {
        var person = about.Decision.Person;
        return RoleOf(about) is null
            ? new Refusal("not_allowed", $"{person.Name} ({string.Join(", ", person.Roles)}) may not decide on {about.Policy.Operation}.", $"These roles may: {string.Join(", ", about.Policy.Approve)}.")
            : null;
    }

    /// <summary>Nor does a policy that lets requesters approve mean those who may not request, and edited it as approvers.</summary>
    public static Refusal? IsRequester(DecisionCase about) => about.Decision.Approves && about.ByRequester && (!about.Policy.SelfApproval || about.Policy.ProposerRole(about.Decision.Person) is null)
        ? new Refusal("self_approval", $"{about.Decision.Person.Name} asked for this and can't approve it too.", $"Someone else has to: {string.Join(", ", about.Policy.Approve)}.")
        : null;

    /// <summary>Who asked for it, and the agent, are told why.</summary>
    public static Refusal? WithoutReason(DecisionCase about) => !about.Decision.Approves && string.IsNullOrWhiteSpace(about.Decision.Reason)
        ? new Refusal("missing_reason", "reason is missing: nobody would learn why it was rejected.", "Say why, in a sentence.")
        : null;

    public static Refusal? Expired(DecisionCase about) => about.Status == ProposalStatus.Expired || (about.Status == ProposalStatus.Pending && about.Proposal.ExpiresAt <= about.Now)
        ? new Refusal("expired", $"This expired at {Time(about.Proposal.ExpiresAt)}.", "Propose it again.")
        : null;

    public static Refusal? Decided(DecisionCase about) => about.Status is not (ProposalStatus.Pending or ProposalStatus.Expired)
        ? new Refusal("already_decided", $"This is {WireName.Of(about.Status).Replace('_', ' ')} already{Deciders(about)}.", "Nothing more to decide.")
        : null;

    public static Refusal? DecidedByPerson(DecisionCase about) => about.Approvals.Any(a => a.Person == about.Decision.Person.Id)
        ? new Refusal("already_decided", $"{about.Decision.Person.Name} has decided on this already{Deciders(about)}.", "A second, different person has to decide.")
        : null;

    public static Refusal? OtherMode(DecisionCase about) => about.Proposal.Livemode != about.Tenant.Livemode
        ? new Refusal("mode_mismatch", $"This was proposed in {Mode(about.Proposal.Livemode)} mode, and the account is now in {Mode(about.Tenant.Livemode)} mode.", "Propose it again.")
        : null;

    public static Refusal? NotAsShown(DecisionCase about) => about.Decision.Hash != about.Proposal.Hash ? Mismatch() : null;

    /// <summary>The stored row is hashed again: a row changed behind our back has another hash than people saw.</summary>
    public static Refusal? Tampered(DecisionCase about) => ProposalHash.Of(about.Tenant.Account, about.Proposal) != about.Proposal.Hash ? Mismatch() : null;

    public Refusal? PolicyChanged(DecisionCase about) => about.Decision.Approves && about.Proposal.PolicyVersion != policies.Version
        ? new Refusal("policy_changed", "The policy has changed since this was proposed.", "Reject it and propose it again under the new policy.")
        : null;

    public static async Task<Refusal?> StoppedAsync(DecisionCase about, CancellationToken cancellationToken) => about.Decision.Approves
        ? await KillSwitches.RefuseAsync(about.Db, about.Policy.Operation, cancellationToken)
        : null;

    public async Task<Refusal?> NotLetAsync(DecisionCase about, CancellationToken cancellationToken) => about.Decision.Approves
        ? await gate.RefuseAsync(about.Tenant, about.Policy.Operation, about.Proposal.Playbook, about.Proposal.CustomerId, cancellationToken)
        : null;

    public async Task<Refusal?> OutsideStandingAsync(DecisionCase about, CancellationToken cancellationToken) => about.Decision.Standing is { } id
        ? await standing.RefuseUseAsync(about.Db, id, about.Proposal, about.Now, cancellationToken)
        : null;

    public static Task<Refusal?> CustomerCapAsync(DecisionCase about, CancellationToken cancellationToken) => Caps.RefuseAsync(about, CapScope.Customer, cancellationToken);

    public static Task<Refusal?> ApproverCapAsync(DecisionCase about, CancellationToken cancellationToken) => Caps.RefuseAsync(about, CapScope.Approver, cancellationToken);

    public static Task<Refusal?> DayCapAsync(DecisionCase about, CancellationToken cancellationToken) => Caps.RefuseAsync(about, CapScope.Day, cancellationToken);

    /// <summary>The amounts of the day count together, or a split would need nobody.</summary>
    public static async Task<Refusal?> NeedsAnotherAsync(DecisionCase about, CancellationToken cancellationToken) =>
        about.Decision.Approves && await SecondApprovers.NeededAsync(about.Db, about.Proposal, about.Policy, about.Now, null, cancellationToken) > about.Approvals.Count + 1
            ? new Refusal("needs_second_approver", "A second, different person has to approve this.")
            : null;

    private static Refusal Mismatch() =>
        new("hash_mismatch", "This is not what was shown: the proposal differs from the one on the card.", "Open the proposal again and look at it before deciding.");

    private static string Deciders(DecisionCase about) => about.Approvals.Count == 0
        ? ""
        : ": " + string.Join(", ", about.Approvals.OrderBy(a => a.At).Select(a => $"{a.Decision} by {a.Person} at {Time(a.At)}"));

    private static string Mode(bool livemode) => livemode ? "live" : "test";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
