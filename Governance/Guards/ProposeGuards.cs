using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Arguments;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;

namespace BillingCopilot.Governance.Guards;

/// <summary>The rules for becoming a proposal.</summary>
internal sealed class ProposeGuards(PeopleDirectory people, RolloutPlan rollout, RolloutGate gate, KillSwitches switches)
{
    /// <summary>Furthest ahead that an execution may be put off.</summary>
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(30);

    public Task<Refusal?> StoppedAsync(ProposeCase about, CancellationToken cancellationToken) =>
        switches.RefuseAsync(about.Request.Tenant, about.Policy.Operation, cancellationToken);

    public Refusal? ReadOnly(ProposeCase about) => rollout.Refuse(about.Policy.Operation, about.Request.Playbook);

    public Refusal? Unknown(ProposeCase about) => people.Known(about.Request.Requester) is null
        ? new Refusal("unknown_person", $"Nobody is known as '{PlainText.Clean(about.Request.Requester.Id, 60)}'.", "An admin can add them to people.yaml.")
        : null;

    public Refusal? MayNotPropose(ProposeCase about)
    {
        var person = people.Known(about.Request.Requester) ?? about.Request.Requester;

        // Whoever may approve may edit what waits. What they edited they can't approve themselves (decide.requester_not_approver).
        return about.Policy.ProposerRole(person) is null && (about.Request.Replaces is null || about.Policy.ApproverRole(person) is null)
            ? new Refusal("not_allowed", $"{person.Name} ({string.Join(", ", person.Roles)}) may not propose {about.Policy.Operation}.", $"These roles may: {string.Join(", ", about.Policy.Propose)}.")
            : null;
    }

    /// <summary>What a form asks a person for is never taken from a conversation.</summary>
    public static Refusal? NotByHand(ProposeCase about) => about.Operation.FilledByPeople && about.Request.Agent != ProposeRequest.ByHand
        ? new Refusal("form_only", $"{about.Policy.Operation} is filled in by a person, on its form.", "Open the form for them.")
        : null;

    public static Refusal? OutOfReach(ProposeCase about) => about.Request.NotBefore is { } at && at - about.Now > Furthest
        ? new Refusal("not_before_too_far", $"not_before is more than {Furthest.TotalDays:0} days ahead.", "Propose it nearer to the day.")
        : null;

    /// <summary>Every object that the arguments name was read in this very preview, not remembered from before.</summary>
    public static Refusal? NotReadAgain(ProposeCase about)
    {
        var read = about.Shown!.ReadAgain.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var named = ArgumentCodec.ReferencesIn(about.Shown.ArgumentsType, about.Shown.Arguments);
        return named.FirstOrDefault(r => !read.Contains(r.Id)) is { Id: { } id }
            ? new Refusal("not_read_again", $"'{PlainText.Clean(id, 60)}' was not read for this proposal.", "Look it up again, then propose.")
            : null;
    }

    public static Refusal? NotShownWhole(ProposeCase about) => ProposalRows.Refuse(about.Shown!);

    public async Task<Refusal?> OutsideSegmentAsync(ProposeCase about, CancellationToken cancellationToken) =>
        await gate.RefuseCustomerAsync(about.Request.Tenant, about.Policy.Operation, about.Request.Playbook, about.Shown!.Customer.Id, cancellationToken);
}
