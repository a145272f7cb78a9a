using BillingCopilot.Agents.Prompts;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

public class PromptDiffTests
{
    [Fact]
    public void Between_TwoVersions_ListsWhatDiffers()
    {
        var before = TestPrompts.Agents["support"];
        var after = before with { Version = 2, Tools = [.. before.Tools.Skip(1)], Body = before.Body + "\nBe brief." };
        PromptDiff.Between(before, after).ShouldBe(["- tool: find_customer", "+ Be brief."]);
        PromptDiff.Between(before, before).ShouldBeEmpty();
    }
}
