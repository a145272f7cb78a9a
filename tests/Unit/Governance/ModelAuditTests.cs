using System.Text.Json.Nodes;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Providers;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Unit.AgentTests;
using BillingCopilot.Unit.AgentTests.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>One copilot whose model is another in each test.</summary>
public sealed class ModelAuditBench : IAsyncLifetime
{
    internal LumenCopilot Copilot { get; private set; } = null!;

    internal ChangingClient Client { get; } = new();

    public async Task InitializeAsync() => Copilot = await LumenCopilot.StartAsync(new ChatModel(Client, "openai:m", IsRules: false));

    public async Task DisposeAsync() => await Copilot.DisposeAsync();

    internal sealed class ChangingClient : DelegatingChatClient
    {
        public ChangingClient() : base(new ScriptedModel())
        {
        }

        public IChatClient? Now { get; set; }

        public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Now!.GetResponseAsync(messages, options, cancellationToken);
    }
}

/// <summary>Each request to a model is in the log under its own name: repeated, failed, canceled, or another's who stood in.</summary>
public sealed class ModelAuditTests(ModelAuditBench bench) : IClassFixture<ModelAuditBench>
{
    private static int _asked;

    private const string Question = "@support How long after a payment may we still refund a customer?";

    [Fact]
    public async Task Ask_WhereAnotherProviderStoodIn_EachAttemptHasItsEntry()
    {
        await using var first = await FakeProvider.StartAsync(ModelFactory.OpenAI, new Reply.Status(503, RetryAfter: "0"));
        await using var second = await FakeProvider.StartAsync(ModelFactory.Anthropic, Reply.Say("I can't say."));
        var options = first.Options();
        options.Fallback = new ModelChoice { Provider = second.Provider, Name = "other", Endpoint = second.Address.ToString(), ApiKey = FakeProvider.Key };

        var calls = await AskAsync(options);

        calls.ShouldBe([("model.failed", "openai", "m", "Status"), ("model.failed", "openai", "m", "Status"), ("model.called", "anthropic", "other", null)]);
        first.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Ask_WhereNobodyStandsIn_TheFailedAttemptsStayInTheLog()
    {
        await using var fake = await FakeProvider.StartAsync(ModelFactory.OpenAI, new Reply.EndsEarly("Not all of it"), new Reply.Says("  "));
        var options = fake.Options();
        options.Fallback = new ModelChoice { Provider = ModelFactory.None };

        var calls = await AskAsync(options);

        calls.ShouldBe([("model.failed", "openai", "m", "Cut"), ("model.failed", "openai", "m", "Empty")]);
    }

    [Fact]
    public async Task Ask_AProviderThatIsLeftAlone_SaysThatItWasNotAsked()
    {
        await using var fake = await FakeProvider.StartAsync(ModelFactory.OpenAI, new Reply.Status(500));
        var options = fake.Options();
        (options.Retries, options.BreakerFailures) = (0, 2);
        var model = ModelFactory.Create(options, ProviderTestRules.Book);
        for (var i = 0; i < 2; i++)
        {
            await model.Client.GetResponseAsync([new ChatMessage(ChatRole.System, "Specialist: support"), new ChatMessage(ChatRole.User, "Hello")]);
        }

        var calls = await AskAsync(options, model);

        calls[0].ShouldBe(("model.not_asked", "openai", "m", "Open"));
        calls[1].ShouldBe(("model.called", "rules", "rules", null));
        fake.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Ask_CanceledWhileTheModelWrites_IsInTheLog()
    {
        await using var fake = await FakeProvider.StartAsync(ModelFactory.OpenAI, new Reply.Stalls("It would say something now"));
        using var stop = new CancellationTokenSource();
        var asked = AskAsync(fake.Options(), token: stop.Token);
        while (fake.Requests.IsEmpty)
        {
            await Task.Delay(5);
        }

        await stop.CancelAsync();

        (await asked).ShouldBe([("model.canceled", "openai", "m", ModelAttempt.Canceled)]);
    }

    /// <summary>Where a process ended, nobody can tell whether a request was under way: the log says that one may have been, until all are answered.</summary>
    [Fact]
    public async Task Ask_AfterAProcessEnded_SaysThatARequestMayHaveBeenUnderWay()
    {
        await using var fake = await FakeProvider.StartAsync(ModelFactory.OpenAI, Reply.Say("I can't say."));
        var request = bench.Copilot.Request(Question, $"conv_{_asked++}") with { Interrupted = true };

        var calls = await AskAsync(fake.Options(), request: request);
        calls.ShouldBe([("model.unknown", "openai", "m", "ProcessEnded"), ("model.called", "openai", "m", null)]);

        (await AskAsync(fake.Options(), request: request)).ShouldBe(calls, "what is played back was under way nowhere");
        fake.Requests.Count.ShouldBe(1);
    }

    /// <summary>What the log holds of the models' calls of one turn, whether it was answered or not.</summary>
    private async Task<List<(string Kind, string? Provider, string? Model, string? Fault)>> AskAsync(ModelOptions options, ChatModel? model = null, TurnRequest? request = null, CancellationToken token = default)
    {
        bench.Client.Now = (model ?? ModelFactory.Create(options, ProviderTestRules.Book)).Client;
        var services = bench.Copilot.Services;
        request ??= bench.Copilot.Request(Question, $"conv_{_asked++}");
        try
        {
            await services.GetRequiredService<TurnRunner>().RunAsync(request, null, token);
        }
        catch (Exception e) when (e is ModelException or OperationCanceledException)
        {
            // As wanted.
        }

        var entries = await services.GetRequiredService<AuditLog>().ReadAsync(bench.Copilot.Tenant, 0, 1000, CancellationToken.None);
        var calls = entries.Where(e => e.Subject == request.TaskId && e.Kind.StartsWith("model.", StringComparison.Ordinal)).Select(e => (e.Kind, Details: JsonNode.Parse(e.Details)!)).ToList();
        calls.ShouldAllBe(c => (string?)c.Details["prompt"] == "support");
        return [.. calls.Select(c => (c.Kind, (string?)c.Details["provider"], (string?)c.Details["model"], (string?)c.Details["fault"]))];
    }
}
