using System.Net;
using BillingCopilot.Agents;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests.Providers;

/// <summary>Waiting as long as asked, the breaker, and who stands in.</summary>
public sealed class PatienceTests
{
    private static readonly ChatMessage[] Question = [new(ChatRole.System, "Specialist: support"), new(ChatRole.User, "Hello")];

    [Fact]
    public async Task RetryAfter_IsWaitedFor()
    {
        await using var fake = await FakeProvider.StartAsync(ModelFactory.OpenAI, new Reply.Status(429, RetryAfter: "7"), Reply.Say("Yes."));
        var time = new FakeTimeProvider();

        var asked = ProviderTests.ModelOf(fake.Options(), time).GetResponseAsync(Question);
        await UntilAsync(() => fake.Requests.Count == 1);
        time.Advance(TimeSpan.FromSeconds(6.9));
        await Task.Delay(50);
        fake.Requests.Count.ShouldBe(1);
        while (!asked.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Delay(10);
        }

        (await asked).Text.ShouldBe("Yes.");
    }

    [Fact]
    public async Task RetryAfter_LongerThanAllowed_GoesToTheStandInAtOnce()
    {
        await using var fake = await FakeProvider.StartAsync(ModelFactory.Anthropic, new Reply.Status(429, RetryAfter: "3600"), Reply.Say("Yes."));

        var response = await ProviderTests.ModelOf(fake.Options(), new FakeTimeProvider()).GetResponseAsync(Question);

        response.ModelId.ShouldBe("rules");
        fake.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Breaker_OpensForTheProvider_AndClosesAfterItsTime()
    {
        var script = Enumerable.Repeat<Reply>(new Reply.Status(500), 3).Append(Reply.Say("Back again."));
        await using var fake = await FakeProvider.StartAsync(ModelFactory.OpenAI, [.. script]);
        var options = fake.Options();
        (options.Retries, options.BreakerFailures, options.BreakerSeconds) = (0, 3, 30);
        options.Agents["coordinator"] = new ModelChoice { Name = "small" };
        var time = new FakeTimeProvider();
        var model = ModelFactory.Create(options, ProviderTestRules.Book, time);

        for (var i = 0; i < 3; i++)
        {
            (await model.Client.GetResponseAsync(Question)).ModelId.ShouldBe("rules");
        }

        // The other model of the same provider is not asked either.
        var open = await model.For("coordinator").Client.GetResponseAsync(Question);
        open.AdditionalProperties![FallbackChatClient.Notice]!.ToString().ShouldBe("openai:small did not answer (it failed several times in a row and is left alone for a while); the rules model stood in.");
        fake.Requests.Count.ShouldBe(3);

        time.Advance(TimeSpan.FromSeconds(31));
        (await model.Client.GetResponseAsync(Question)).Text.ShouldBe("Back again.");
    }

    [Fact]
    public async Task Fallback_ToAnotherProvider_ThenRules()
    {
        await using var first = await FakeProvider.StartAsync(ModelFactory.OpenAI, new Reply.Status(503));
        await using var second = await FakeProvider.StartAsync(ModelFactory.Anthropic, Reply.Say("I stand in."), new Reply.Status(529));
        var options = first.Options();
        options.Retries = 0;
        options.Fallback = new ModelChoice { Provider = second.Provider, Name = "m", Endpoint = second.Address.ToString(), ApiKey = FakeProvider.Key };
        var model = ProviderTests.ModelOf(options);

        var stoodIn = await model.GetResponseAsync(Question);
        (stoodIn.ModelId, stoodIn.Text).ShouldBe(("anthropic:m", "I stand in."));
        stoodIn.AdditionalProperties![FallbackChatClient.Notice]!.ToString().ShouldBe("openai:m did not answer (it has a fault or is overloaded); anthropic:m stood in.");

        (await model.GetResponseAsync(Question)).ModelId.ShouldBe("rules");
    }

    [Fact]
    public async Task AgentsOfTheirOwn_AskTheirOwnModel()
    {
        await using var fake = await FakeProvider.StartAsync(ModelFactory.OpenAI, Reply.Say("Yes."));
        var options = fake.Options();
        options.Agents["coordinator"] = new ModelChoice { Name = "small" };
        options.Agents["collections"] = new ModelChoice { Provider = ModelFactory.Rules };
        var model = ModelFactory.Create(options, ProviderTestRules.Book);

        await model.For("coordinator").Client.GetResponseAsync(Question);
        await model.For("support").Client.GetResponseAsync(Question);

        fake.Requests.Select(r => (string?)r.Body["model"]).ShouldBe(["small", "m"]);
        (model.For("collections").IsRules, model.For("support").Label).ShouldBe((true, "openai:m"));
    }

    [Theory]
    [InlineData("openai", null, "http://models.example/v1", "Model:ApiKey would travel in the clear")]
    [InlineData("azure-openai", null, null, "Model:Endpoint is needed with Model:Provider=azure-openai")]
    [InlineData("anthropic", " ", null, "Model:ApiKey is needed with Model:Provider=anthropic")]
    [InlineData("ollama", null, "ftp://x", "Model:Endpoint is 'ftp://x'")]
    public void Problems_NameTheFieldAndTheRemedy(string provider, string? key, string? endpoint, string said) =>
        string.Join(' ', new ModelOptions { Provider = provider, Name = "m", ApiKey = key ?? "k", Endpoint = endpoint }.Problems()).ShouldContain(said);

    [Theory]
    [InlineData("openai", 200, true, "answers, the key is accepted, and it has the model")]
    [InlineData("azure-openai", 200, true, "it has the model")]
    [InlineData("anthropic", 200, true, "it has the model")]
    [InlineData("ollama", 200, true, "it has the model")]
    [InlineData("anthropic", 401, false, "it refused the key (HTTP 401)")]
    [InlineData("openai", 503, false, "it has a fault or is overloaded (HTTP 503)")]
    public async Task Probe_LooksWithoutSpendingTokens(string provider, int status, bool ok, string finding)
    {
        await using var fake = await FakeProvider.StartAsync(provider, status == 200 ? Reply.Say("unused") : new Reply.Status(status));
        var probe = new ProviderProbe(new AgentOptions { Model = fake.Options() }, TimeProvider.System);

        var states = await probe.LookAsync(default);

        states[0].ShouldSatisfyAllConditions(s => s.Ok.ShouldBe(ok, s.Finding), s => s.Finding.ShouldContain(finding), s => s.Label.ShouldBe(fake.Label));
        states[^1].ShouldBe(new ProviderState("rules", "fallback", true, "the rules model needs no provider"));
        fake.Requests.ShouldHaveSingleItem().Body.Count.ShouldBe(0);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!holds())
        {
            await Task.Delay(10, limit.Token);
        }
    }
}

internal static class ProviderTestRules
{
    public static BillingCopilot.Agents.Models.Rules.RuleBook Book { get; } =
        BillingCopilot.Agents.Models.Rules.RuleBook.Load(TestPrompts.Shipped, [.. TestPrompts.Agents.Keys], TestPrompts.Tools);
}
