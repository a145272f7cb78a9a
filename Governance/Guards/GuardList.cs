using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Executor;

namespace BillingCopilot.Governance.Guards;

/// <summary>
/// Every rule between an agent's wish and a call that writes, in the order in which it is asked. This is the one
/// place that says which there are.
/// </summary>
internal sealed class GuardList
{
    private GuardList(
        IReadOnlyList<Guard<ProposeCase, Refusal>> ask, IReadOnlyList<Guard<ProposeCase, Refusal>> show,
        IReadOnlyList<Guard<DecisionCase, Refusal>> decide, IReadOnlyList<Guard<DecisionCase, Refusal>> complete, IReadOnlyList<Guard<ActCase, Refusal>> act,
        IReadOnlyList<Guard<Run, Objection>> execute, IReadOnlyList<Guard<Run, Objection>> leave) =>
        (Ask, Show, Decide, Complete, Act, Execute, Leave) = (ask, show, decide, complete, act, execute, leave);

    /// <summary>Before anything is read.</summary>
    public IReadOnlyList<Guard<ProposeCase, Refusal>> Ask { get; }

    /// <summary>Before the preview becomes a proposal.</summary>
    public IReadOnlyList<Guard<ProposeCase, Refusal>> Show { get; }

    /// <summary>In the transaction that records a decision.</summary>
    public IReadOnlyList<Guard<DecisionCase, Refusal>> Decide { get; }

    /// <summary>In the same transaction: why an approval that counts is not yet the last one that is needed.</summary>
    public IReadOnlyList<Guard<DecisionCase, Refusal>> Complete { get; }

    /// <summary>Before what people do besides deciding on one proposal.</summary>
    public IReadOnlyList<Guard<ActCase, Refusal>> Act { get; }

    /// <summary>Before each call, repetitions too.</summary>
    public IReadOnlyList<Guard<Run, Objection>> Execute { get; }

    /// <summary>When something is about to leave the process, after every read and every wait; a far side's SDK's own repetitions too.</summary>
    public IReadOnlyList<Guard<Run, Objection>> Leave { get; }

    public IEnumerable<string> Names =>
        [.. Ask.Select(g => g.Name), .. Show.Select(g => g.Name), .. Decide.Select(g => g.Name), .. Complete.Select(g => g.Name), .. Act.Select(g => g.Name), .. Execute.Select(g => g.Name), .. Leave.Select(g => g.Name)];

    public static GuardList Compose(ProposeGuards propose, DecideGuards decide, ActGuards act, ExecuteGuards execute) => new(
        [
            new("propose.kill_switch", propose.StoppedAsync),
            Guard<ProposeCase, Refusal>.Of("propose.read_only", propose.ReadOnly),
            Guard<ProposeCase, Refusal>.Of("propose.known_requester", propose.Unknown),
            Guard<ProposeCase, Refusal>.Of("propose.proposer_role", propose.MayNotPropose),
            Guard<ProposeCase, Refusal>.Of("propose.filled_by_people", ProposeGuards.NotByHand),
        ],
        [
            Guard<ProposeCase, Refusal>.Of("propose.read_again", ProposeGuards.NotReadAgain),
            Guard<ProposeCase, Refusal>.Of("propose.shown_whole", ProposeGuards.NotShownWhole),
            Guard<ProposeCase, Refusal>.Of("propose.not_before_in_reach", ProposeGuards.OutOfReach),
            new("propose.segment", propose.OutsideSegmentAsync),
        ],
        [
            Guard<DecisionCase, Refusal>.Of("decide.known_person", decide.Unknown),
            Guard<DecisionCase, Refusal>.Of("decide.approver_role", DecideGuards.MayNotDecide),
            Guard<DecisionCase, Refusal>.Of("decide.requester_not_approver", DecideGuards.IsRequester),
            Guard<DecisionCase, Refusal>.Of("decide.reason_given", DecideGuards.WithoutReason),
            Guard<DecisionCase, Refusal>.Of("decide.not_expired", DecideGuards.Expired),
            Guard<DecisionCase, Refusal>.Of("decide.pending_only", DecideGuards.Decided),
            Guard<DecisionCase, Refusal>.Of("decide.distinct_approver", DecideGuards.DecidedByPerson),
            Guard<DecisionCase, Refusal>.Of("decide.same_mode", DecideGuards.OtherMode),
            Guard<DecisionCase, Refusal>.Of("decide.as_shown", DecideGuards.NotAsShown),
            Guard<DecisionCase, Refusal>.Of("decide.untampered", DecideGuards.Tampered),
            Guard<DecisionCase, Refusal>.Of("decide.policy_unchanged", decide.PolicyChanged),
            new("decide.kill_switch", DecideGuards.StoppedAsync),
            new("decide.rollout", decide.NotLetAsync),
            new("decide.standing_terms", decide.OutsideStandingAsync),
            new("decide.cap_of_customer", DecideGuards.CustomerCapAsync),
            new("decide.cap_of_approver", DecideGuards.ApproverCapAsync),
            new("decide.cap_of_day", DecideGuards.DayCapAsync),
        ],
        [
            new("complete.second_approver", DecideGuards.NeedsAnotherAsync),
        ],
        [
            Guard<ActCase, Refusal>.Of("act.batch_one_by_one", ActGuards.OneByOne),
            Guard<ActCase, Refusal>.Of("act.batch_as_shown", ActGuards.ListNotAsShown),
            Guard<ActCase, Refusal>.Of("act.batch_role", act.MayNotSignLists),
            Guard<ActCase, Refusal>.Of("act.settle_role", act.MayNotSettle),
            Guard<ActCase, Refusal>.Of("act.standing_role", act.MayNotSignStanding),
            Guard<ActCase, Refusal>.Of("act.revoke_role", act.MayNotRevoke),
            Guard<ActCase, Refusal>.Of("act.stop_role", act.MayNotStop),
            Guard<ActCase, Refusal>.Of("act.release_role", act.MayNotRelease),
        ],
        [
            Guard<Run, Objection>.Of("execute.untampered", ExecuteGuards.Tampered),
            Guard<Run, Objection>.Of("execute.same_mode", ExecuteGuards.OtherMode),
            Guard<Run, Objection>.Of("execute.write_key", execute.CantWrite),
            Guard<Run, Objection>.Of("execute.policy_unchanged", execute.PolicyChanged),
            Guard<Run, Objection>.Of("execute.approval_fresh", execute.ApprovalTooOld),
            new("execute.approvers_hold", execute.TooFewApproversAsync),
            new("execute.standing_holds", execute.StandingLapsedAsync),
            new("execute.breaker_closed", execute.AutomationOffAsync),
            new("execute.rollout", execute.NotLetAsync),
            new("execute.state_unmoved", ExecuteGuards.StateMovedAsync),
            // Last, since the one before waits for the far side: a switch thrown meanwhile counts.
            new("execute.kill_switch", execute.StoppedAsync),
        ],
        [
            new("leave.lease_held", execute.LeaseLostAsync),
            new("leave.kill_switch", execute.StoppedAsync),
        ]);

    /// <summary>The same list without one guard: how tests show that each of them matters.</summary>
    public GuardList Without(string name) => Names.Contains(name)
        ? new GuardList(Except(Ask, name), Except(Show, name), Except(Decide, name), Except(Complete, name), Except(Act, name), Except(Execute, name), Except(Leave, name))
        : throw new ArgumentException($"There is no guard '{name}'. There are: {string.Join(", ", Names)}.", nameof(name));

    private static List<Guard<TCase, TRefusal>> Except<TCase, TRefusal>(IEnumerable<Guard<TCase, TRefusal>> guards, string name)
        where TRefusal : class => [.. guards.Where(g => g.Name != name)];
}
