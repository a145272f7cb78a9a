using System.Text.Json.Nodes;
using BillingCopilot.Agents.Models;
using BillingCopilot.Testing;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests.Providers;

/// <summary>Whole turns over each protocol: tools, parallel calls, and a model that errs.</summary>
[TakesLong]
public sealed class ProviderTurnTests
{
    public static TheoryData<string> All => ProviderTests.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task ParallelCalls_AreAllRun_AndAnsweredToTheirIds(string provider)
    {
        await using var fake = await FakeProvider.StartAsync(
            provider,
            new Reply.Says(null, Called.Of("search_policies", ("query", "refund window")), Called.Of("search_policies", ("query", "proration"))),
            Reply.Say("I found it in the policies."));
        await using var copilot = await LumenCopilot.StartAsync(Model(fake.Options()));

        var answer = await copilot.AskAsync("What does the policy say about refunds?");

        answer.Text.ShouldBe("I found it in the policies.");
        answer.Tools.Select(t => t.Name).ShouldBe(["search_policies", "search_policies"]);
        answer.Model.ShouldBe(fake.Label);
        fake.LastResults.Count.ShouldBe(2);
        fake.LastResults.Values.ShouldAllBe(r => r.Contains("policies"));
        fake.LastResults.Values.Distinct().Count().ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task UnknownToolAndWrongTypes_AreToldToTheModel_WhichCorrectsItself(string provider)
    {
        await using var fake = await FakeProvider.StartAsync(
            provider,
            Reply.Call("transfer_money", ("to", "me")),
            Reply.Call("list_invoices", ("customer", "cus1"), ("limit", "many")),
            Reply.Call("search_policies", ("query", new JsonArray("refunds"))),
            Reply.Say("I found it in the policies."));
        await using var copilot = await LumenCopilot.StartAsync(Model(fake.Options()));

        var answer = await copilot.AskAsync("What does the policy say about refunds?");

        answer.Text.ShouldBe("I found it in the policies.");
        fake.Requests.Count.ShouldBe(4);
        string.Join('\n', fake.LastResults.Values).ShouldContain("not found");
        answer.Tools.Select(t => (t.Name, t.Failed)).ShouldBe([("list_invoices", true), ("search_policies", false)]);
    }

    [Theory]
    [InlineData(ModelFactory.OpenAI)]
    [InlineData(ModelFactory.AzureOpenAI)]
    [InlineData(ModelFactory.Anthropic)]
    public async Task ArgumentsCutInTheMiddle_AreRefusedWithWhatTheToolTakes(string provider)
    {
        await using var fake = await FakeProvider.StartAsync(provider, new Reply.HalfArguments("search_policies", "{\"query\": \"refu"), Reply.Say("I could not look that up."));
        await using var copilot = await LumenCopilot.StartAsync(Model(fake.Options()));

        var answer = await copilot.AskAsync("What does the policy say about refunds?");

        answer.Text.ShouldContain("I could not look that up.");
        answer.Tools.ShouldHaveSingleItem().Failed.ShouldBeTrue();
        fake.LastResults.Values.ShouldHaveSingleItem().ShouldContain("It takes: query");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task EndlessCalls_EndWithTheRounds(string provider)
    {
        await using var fake = await FakeProvider.StartAsync(provider, Reply.Call("search_policies", ("query", "refunds")));
        await using var copilot = await LumenCopilot.StartAsync(Model(fake.Options()));

        var answer = await copilot.AskAsync("What does the policy say about refunds?");

        answer.Spent!.Stopped.ShouldBe("12 rounds of tool calls (Agents:MaxRounds)");
        answer.Text.ShouldEndWith("(This turn has used its 12 rounds of tool calls (Agents:MaxRounds). Ask for what is missing in the next message.)");
        fake.Requests.Count.ShouldBe(13);
        answer.Proposals.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task ProviderThatFallsOutMidTurn_RulesFinish_AndTheAnswerSaysSo(string provider)
    {
        await using var fake = await FakeProvider.StartAsync(provider, Reply.Call("search_policies", ("query", "refund window")), new Reply.Status(503, RetryAfter: "0"));
        await using var copilot = await LumenCopilot.StartAsync(Model(fake.Options()));

        var answer = await copilot.AskAsync("How long after a payment may we still refund a customer?");

        answer.Text.ShouldContain("30 days");
        answer.Text.ShouldEndWith($"({fake.Label} did not answer (it has a fault or is overloaded); the rules model stood in.)");
        answer.Model.ShouldBe($"{fake.Label}+rules");
        answer.Unverified.ShouldBeEmpty();
    }

    private static ChatModel Model(ModelOptions options) => ModelFactory.Create(options, ProviderTestRules.Book);
}
