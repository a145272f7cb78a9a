using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Approvals;

/// <summary>Why a decision doesn't count. Pure: the desk reads, these judge.</summary>
internal static class DecisionRules
{
    /// <summary>The role the person decides with; a requester may always withdraw their own proposal.</summary>
    public static string? RoleOf(Decision decision, DecisionCase about) =>
        about.Policy.ApproverRole(decision.Person) ?? (!decision.Approves && about.IsRequester(decision.Person) ? "requester" : null);

    /// <summary>The first rule that the decision breaks, or null.</summary>
    public static Refusal? Refuse(Decision decision, DecisionCase about, TenantContext tenant, string policyVersion) =>
        RefusePerson(decision, about)
        ?? RefuseState(about)
        ?? RefuseSecondWord(decision, about)
        ?? RefuseBinding(decision, about, tenant)
        ?? (decision.Approves && about.Proposal.PolicyVersion != policyVersion
            ? new Refusal("policy_changed", "The policy has changed since this was proposed.", "Reject it and propose it again under the new policy.")
            : null);

    private static Refusal? RefusePerson(Decision decision, DecisionCase about)
    {
        var person = decision.Person;
        if (RoleOf(decision, about) is null)
        {
            return new Refusal("not_allowed", $"{person.Name} ({string.Join(", ", person.Roles)}) may not decide on {about.Policy.Operation}.", $"These roles may: {string.Join(", ", about.Policy.Approve)}.");
        }

        return decision.Approves && !about.Policy.SelfApproval && about.IsRequester(person)
            ? new Refusal("self_approval", $"{person.Name} asked for this and can't approve it too.", $"Someone else has to: {string.Join(", ", about.Policy.Approve)}.")
            : null;
    }

    private static Refusal? RefuseState(DecisionCase about) => WireName.Parse<ProposalStatus>(about.Proposal.Status) switch
    {
        ProposalStatus.Expired => ExpiredRefusal(about),
        ProposalStatus.Pending when about.Proposal.ExpiresAt <= about.Now => ExpiredRefusal(about),
        ProposalStatus.Pending => null,
        var status => new Refusal("already_decided", $"This is {WireName.Of(status).Replace('_', ' ')} already{Deciders(about)}.", "Nothing more to decide."),
    };

    private static Refusal? RefuseBinding(Decision decision, DecisionCase about, TenantContext tenant)
    {
        var row = about.Proposal;
        if (row.Livemode != tenant.Livemode)
        {
            return new Refusal("mode_mismatch", $"This was proposed in {Mode(row.Livemode)} mode, and the account is now in {Mode(tenant.Livemode)} mode.", "Propose it again.");
        }

        // The stored row is hashed again: a row changed behind our back has another hash than people saw.
        return decision.Hash != row.Hash || ProposalHash.Of(tenant.Account, row) != row.Hash
            ? new Refusal("hash_mismatch", "This is not what was shown: the proposal differs from the one on the card.", "Open the proposal again and look at it before deciding.")
            : null;
    }

    private static Refusal? RefuseSecondWord(Decision decision, DecisionCase about) =>
        about.Approvals.Any(a => a.Person == decision.Person.Id)
            ? new Refusal("already_decided", $"{decision.Person.Name} has decided on this already{Deciders(about)}.", "A second, different person has to decide.")
            : null;

    private static Refusal ExpiredRefusal(DecisionCase about) =>
        new("expired", $"This expired at {Time(about.Proposal.ExpiresAt)}.", "Propose it again.");

    private static string Deciders(DecisionCase about) => about.Approvals.Count == 0
        ? ""
        : ": " + string.Join(", ", about.Approvals.OrderBy(a => a.At).Select(a => $"{a.Decision} by {a.Person} at {Time(a.At)}"));

    private static string Mode(bool livemode) => livemode ? "live" : "test";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
