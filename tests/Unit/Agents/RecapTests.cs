using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>What a model is told of a conversation's proposals.</summary>
public sealed class RecapTests
{
    [Fact]
    public void Of_OldProposalThatWaits_IsNamedBeforeTwentyDecidedOnes()
    {
        var text = Of([Made(0, ProposalStatus.Pending), .. Enumerable.Range(1, 20).Select(i => Made(i, ProposalStatus.Rejected))]);
        var lines = text.Split('\n').Where(l => l.StartsWith("- ", StringComparison.Ordinal)).ToList();
        lines[0].ShouldContain("Customer 0");
        lines[0].ShouldEndWith("waits for approval.");
        lines.Count(l => l.EndsWith("rejected.", StringComparison.Ordinal)).ShouldBe(12);
        lines[^1].ShouldBe("- and 8 earlier ones that were decided or lapsed, not shown; ask the person to look at the list of proposals.");
    }

    [Fact]
    public void Of_SixtyThatWait_NamesFiftyAndCountsTheRest()
    {
        var text = Of([.. Enumerable.Range(0, 60).Select(i => Made(i, ProposalStatus.Pending))]);
        text.Split("waits for approval").Length.ShouldBe(51);
        text.ShouldContain("- and 10 more that wait for approval, not shown;");
    }

    private static string Of(ProposalView[] proposals) =>
        Recap.Of(cut: false, remembered: null, [], () => throw new InvalidOperationException("No handle is named."), proposals, new HandleMap());

    private static ProposalView Made(int number, ProposalStatus status) => new(
        $"prop_{number}", "default", "issue_refund", Risk.Money, status, "hash", "Refund", [], new ObjectRef(ObjectKind.Customer, $"cus_{number}"), $"Customer {number}",
        new ObjectRef(ObjectKind.Charge, $"ch_{number}"), null, [], "", "Asked.", "support", "sam", "conv_1", "task_1", false, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, [], null, null, null);
}
