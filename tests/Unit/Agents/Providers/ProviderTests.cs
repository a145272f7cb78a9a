using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Providers;
using BillingCopilot.Agents.Models.Rules;
using BillingCopilot.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests.Providers;

/// <summary>Each provider's protocol over real HTTP, with every way in which an answer can go wrong.</summary>
[TakesLong]
public sealed class ProviderTests
{
    private static readonly RuleBook Rules = RuleBook.Load(TestPrompts.Shipped, [.. TestPrompts.Agents.Keys], TestPrompts.Tools);
    private static readonly ChatMessage[] Question = [new(ChatRole.System, "Specialist: support"), new(ChatRole.User, "Write me a poem about the sea.")];

    private static readonly string[] Providers = [ModelFactory.OpenAI, ModelFactory.AzureOpenAI, ModelFactory.Anthropic, ModelFactory.Ollama];

    public static TheoryData<string> All => [.. Providers];

    /// <summary>Failures that pass, for each provider.</summary>
    public static TheoryData<string, string> Passing
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var provider in Providers)
            {
                foreach (var fault in new[] { "429", "500", "503", "breaks off", "ends early", "half json", "empty", "stalls" })
                {
                    cases.Add(provider, fault);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Answer_OfEachProvider_HasTextUsageAndName(string provider)
    {
        await using var fake = await FakeProvider.StartAsync(provider, Reply.Say("The sea is wide."));

        var response = await ModelOf(fake.Options()).GetResponseAsync(Question);

        (response.Text, response.ModelId).ShouldBe(("The sea is wide.", fake.Label));
        (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount).ShouldBe((11, 7));
        var seen = fake.Requests.Single();
        seen.Body["stream"]!.GetValue<bool>().ShouldBeTrue();
        var (path, header) = provider switch
        {
            ModelFactory.AzureOpenAI => ("/openai/v1/chat/completions", "api-key"),
            ModelFactory.Anthropic => ("/v1/messages", "x-api-key"),
            ModelFactory.Ollama => ("/api/chat", ""),
            _ => ("/v1/chat/completions", "authorization"),
        };
        seen.Path.ShouldBe(path);
        (header.Length == 0 || seen.Headers[header].EndsWith(FakeProvider.Key, StringComparison.Ordinal)).ShouldBeTrue(string.Join(", ", seen.Headers.Keys));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Stream_OfEachProvider_ComesInPieces(string provider)
    {
        await using var fake = await FakeProvider.StartAsync(provider, Reply.Say("The sea is wide."));

        var pieces = await ModelOf(fake.Options()).GetStreamingResponseAsync(Question).ToListAsync();

        string.Concat(pieces.Select(p => p.Text)).ShouldBe("The sea is wide.");
        pieces.Count(p => p.Text.Length > 0).ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task PassingFault_IsAskedAgain_AndThenAnswered(string provider, string fault)
    {
        await using var fake = await FakeProvider.StartAsync(provider, FaultOf(fault), Reply.Say("The sea is wide."));

        var response = await ModelOf(Quick(fake.Options(), fault)).GetResponseAsync(Question);

        response.Text.ShouldBe("The sea is wide.");
        response.AdditionalProperties.ShouldBeNull();
        fake.Requests.Count(r => r.Body.Count > 0).ShouldBe(fault == "empty" && provider == ModelFactory.Ollama ? 2 : fake.Requests.Count);
        fake.Requests.Count.ShouldBeGreaterThanOrEqualTo(2);
    }

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task PassingFault_ThatStays_RulesStandIn_AndItIsSaid(string provider, string fault)
    {
        await using var fake = await FakeProvider.StartAsync(provider, FaultOf(fault));

        var response = await ModelOf(Quick(fake.Options(), fault)).GetResponseAsync(Question);

        response.ModelId.ShouldBe("rules");
        var notice = response.AdditionalProperties![FallbackChatClient.Notice]!.ToString()!;
        notice.ShouldStartWith($"{fake.Label} did not answer (");
        notice.ShouldEndWith("; the rules model stood in.");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task RefusedKey_IsNotRepeated_AndNamesProviderStatusAndRemedy(string provider)
    {
        await using var fake = await FakeProvider.StartAsync(provider, new Reply.Status(401, Message: $"Incorrect key {FakeProvider.Key}"));
        var options = fake.Options();
        options.Fallback.Provider = ModelFactory.None;
        var log = new Lines();

        var fault = await Should.ThrowAsync<ModelException>(() => ModelOf(options, log: log).GetResponseAsync(Question));

        fault.Message.ShouldBe($"{fake.Label} did not answer: it refused the key (HTTP 401). Check Model:ApiKey and what it may use.");
        fake.Requests.Count.ShouldBe(1);
        log.All.ShouldContain("it refused the key");
        log.All.ShouldNotContain(FakeProvider.Key);
    }

    [Fact]
    public async Task RefusedRequest_RepeatsWhatTheProviderSays_WithoutTheKey()
    {
        await using var fake = await FakeProvider.StartAsync(ModelFactory.OpenAI, new Reply.Status(400, Message: $"Unknown field for {FakeProvider.Key}."));
        var options = fake.Options();
        options.Fallback.Provider = ModelFactory.None;

        var fault = await Should.ThrowAsync<ModelException>(() => ModelOf(options).GetResponseAsync(Question));

        fault.Message.ShouldContain("it refused the request (HTTP 400). It says: Unknown field for [secret].");
        fault.Message.ShouldNotContain(FakeProvider.Key);
    }

    [Fact]
    public async Task NobodyListens_SaysWhichProviderAndWhatToCheck()
    {
        var options = new ModelOptions { Provider = ModelFactory.Ollama, Name = "m", Endpoint = "http://127.0.0.1:9", Retries = 0, Fallback = { Provider = ModelFactory.None } };

        (await Should.ThrowAsync<ModelException>(() => ModelOf(options).GetResponseAsync(Question)))
            .Message.ShouldBe("ollama:m did not answer: the connection failed. Check Model:Endpoint and the network.");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Cancelled_LeavesTheProviderAtOnce_AndNobodyStandsIn(string provider)
    {
        await using var fake = await FakeProvider.StartAsync(provider, new Reply.Stalls("The sea is wide."));
        using var stop = new CancellationTokenSource();
        var asked = ModelOf(fake.Options()).GetStreamingResponseAsync(Question, cancellationToken: stop.Token).GetAsyncEnumerator(stop.Token);
        await asked.MoveNextAsync();

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            while (await asked.MoveNextAsync())
            {
            }
        });
        await fake.Abandoned.Task.WaitAsync(TimeSpan.FromSeconds(20));
        fake.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task ServerThatCannotStream_IsAskedOnceMore_AndThenAtOnce()
    {
        await using var fake = await FakeProvider.StartAsync(ModelFactory.OpenAI, new Reply.AtOnce("The sea is wide."));
        var model = ModelOf(fake.Options());

        (await model.GetResponseAsync(Question)).Text.ShouldBe("The sea is wide.");
        (await model.GetResponseAsync(Question)).Text.ShouldBe("The sea is wide.");

        fake.Requests.Select(r => (bool?)r.Body["stream"] ?? false).ShouldBe([true, false, false]);
    }

    internal static IChatClient ModelOf(ModelOptions options, TimeProvider? time = null, Lines? log = null) =>
        ModelFactory.Create(options, Rules, time, log is null ? null : LoggerFactory.Create(b => b.AddProvider(log))).Client;

    /// <summary>A stall is found out after a second.</summary>
    /// <summary>Waits briefly only where the fault is a wait: a busy machine may take seconds for an answer.</summary>
    internal static ModelOptions Quick(ModelOptions options, string fault = "stalls")
    {
        options.IdleSeconds = fault == "stalls" ? 3 : 30;
        return options;
    }

    internal static Reply FaultOf(string name) => name switch
    {
        "breaks off" => new Reply.BreaksOff("The sea is wide."),
        "ends early" => new Reply.EndsEarly("The sea is wide."),
        "half json" => new Reply.HalfJson("The sea is wide."),
        "empty" => new Reply.Says(null),
        "stalls" => new Reply.Stalls("The sea is wide."),
        var status => new Reply.Status(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), RetryAfter: "0"),
    };
}

/// <summary>Log lines as they would be written.</summary>
internal sealed class Lines : ILoggerProvider, ILogger
{
    private readonly List<string> _lines = [];

    public string All => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Add(formatter(state, exception) + exception);

    public void Dispose()
    {
    }
}
