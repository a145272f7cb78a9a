using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>What the card of a refund warns of is in the tool's result and in the answer.</summary>
public sealed class RefundWarningTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refund_OutsideTheWindow_TellsItInTheResultAndTheAnswer(bool outside)
    {
        await using var copilot = await LumenCopilot.StartAsync();
        var world = copilot.Sandbox.World;
        var paid = world.Account.All("invoice").Where(i => (string?)i["status"] == "paid" && (long)i["amount_paid"]! > 0 && i["number"] is not null
            && ((long)i["created"]! < world.Now.AddDays(-60).ToUnixTimeSeconds()) == outside && (long)i["created"]! < world.Now.AddDays(-2).ToUnixTimeSeconds()
            && (outside || (long)i["created"]! > world.Now.AddDays(-25).ToUnixTimeSeconds())).Take(30).ToList();
        paid.ShouldNotBeEmpty();

        foreach (var invoice in paid)
        {
            var answer = await copilot.AskAsync($"refund the payment of invoice {invoice["number"]}");
            if (answer.Proposals.Count == 0)
            {
                continue;
            }

            var warning = (string?)JsonNode.Parse(answer.Tools.Single(t => t.Name == "issue_refund").ResultJson)!["warning"];
            answer.Text.Contains("Outside the refund window: day ", StringComparison.Ordinal).ShouldBe(outside, answer.Text);
            (warning is not null).ShouldBe(outside);
            (warning is null || answer.Text.Contains(warning, StringComparison.Ordinal)).ShouldBeTrue(answer.Text);
            answer.Unverified.ShouldBeEmpty();
            return;
        }

        Assert.Fail("No payment of the world could be refunded.");
    }
}
