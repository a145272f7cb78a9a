using BillingCopilot.Governance.Configuration;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

public sealed class QueueTests
{
    private const string Written = """
        queues:
          security: { reads: [admin], intents: [hostile] }
          key: { reads: [operations], tiers: [key], segments: [enterprise] }
          billing: { reads: [support, finance], intents: [tax] }
          rest: { reads: [support] }
        """;

    [Theory]
    [InlineData("tax", null, null, "billing")]
    [InlineData("tax", null, "Key", "key")]
    [InlineData("other", "enterprise", null, "key")]
    [InlineData("hostile", "enterprise", "key", "security")]
    [InlineData("upgrade", "small", "plain", "rest")]
    public void Queue_IsTheFirstThatFits(string intent, string? segment, string? tier, string queue) => Read(Written).For(intent, segment, tier).Name.ShouldBe(queue);

    [Fact]
    public void Queue_IsReadByItsRoles()
    {
        var (queues, sam) = (Read(Written), new Person("sam", "Sam", ["support"]));
        queues.All.Where(q => q.ReadBy(sam)).Select(q => q.Name).ShouldBe(["billing", "rest"]);
    }

    [Theory]
    [InlineData("intents: [tax]", "intents: [taxes]", "policy.yaml:4", "unknown intent 'taxes'. Allowed: duplicate_charge")]
    [InlineData("reads: [admin]", "reads: [boss]", "policy.yaml:2", "unknown role 'boss'")]
    [InlineData("reads: [admin]", "reads: []", "policy.yaml:2", "names nobody")]
    [InlineData("rest: { reads: [support] }", "rest: { reads: [support], tiers: [plain] }", "policy.yaml:1", "no queue takes what is left")]
    [InlineData(", intents: [hostile] }", " }", "policy.yaml:1", "'security' takes all that is left")]
    [InlineData("tiers: [key]", "tier: [key]", "policy.yaml:3", "unknown key 'tier'")]
    public void Read_Fault_SaysFileLineAndWhatIsAllowed(string right, string wrong, string where, string says)
    {
        var fault = Should.Throw<GovernanceConfigurationException>(() => Read(Written.Replace(right, wrong, StringComparison.Ordinal)));

        fault.Message.ShouldStartWith(where + ": ");
        fault.Message.ShouldContain(says);
    }

    private static QueueBook Read(string text) => QueueBook.Read(ConfigFile.Parse("policy.yaml", text).Find("queues"));
}
