using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BillingCopilot.Unit.AgentTests.Providers;

/// <summary>A model provider on loopback that speaks one of the protocols and answers by script; the last answer is repeated.</summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    public const string Key = "key-for-" + "tests-only";

    private readonly WebApplication _app;
    private readonly Wire _wire;
    private readonly Reply[] _script;
    private int _position = -1;

    private FakeProvider(string provider, WebApplication app, Wire wire, Reply[] script) => (Provider, _app, _wire, _script) = (provider, app, wire, script);

    public string Provider { get; }

    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    /// <summary>Set when a client left before its answer was finished.</summary>
    public TaskCompletionSource Abandoned { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Uri Address => new(_app.Urls.First());

    public string Label => $"{Provider}:m";

    public static async Task<FakeProvider> StartAsync(string provider, params Reply[] script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        Wire wire = provider switch { ModelFactory.Anthropic => new AnthropicWire(), ModelFactory.Ollama => new OllamaWire(), _ => new OpenAIWire() };
        var fake = new FakeProvider(provider, app, wire, script);
        app.MapGet("/{**path}", fake.ListAsync);
        app.MapPost("/{**path}", fake.AnswerAsync);
        await app.StartAsync();
        return fake;
    }

    /// <summary>Settings that ask it, without waiting between repetitions longer than a test can.</summary>
    public ModelOptions Options() => new()
    {
        Provider = Provider,
        Name = "m",
        Endpoint = Provider == ModelFactory.OpenAI ? new Uri(Address, "/v1").ToString() : Address.ToString(),
        ApiKey = Key,
        Retries = 1,
    };

    /// <summary>What the tools answered, by call id, as the last request told it.</summary>
    public IReadOnlyDictionary<string, string> LastResults => _wire.Results(Requests.Last().Body);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ListAsync(HttpContext http)
    {
        Requests.Enqueue(SeenRequest.Of(http, []));
        var refused = _script is [Reply.Status status, ..] ? status : null;
        http.Response.StatusCode = refused?.Code ?? 200;
        await http.Response.WriteAsJsonAsync(refused is not null ? _wire.Error(refused.Message)
            : Provider == ModelFactory.Ollama ? new JsonObject { ["models"] = new JsonArray(new JsonObject { ["name"] = "m:latest" }) }
            : new JsonObject { ["data"] = new JsonArray(new JsonObject { ["id"] = "m" }, new JsonObject { ["id"] = "another" }) });
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var body = (await JsonNode.ParseAsync(http.Request.Body))!.AsObject();
        Requests.Enqueue(SeenRequest.Of(http, body));
        _wire.Turn = Interlocked.Increment(ref _position);
        var reply = _script[Math.Min(_wire.Turn, _script.Length - 1)];
        try
        {
            await WriteAsync(http, reply, (bool?)body["stream"] ?? Provider == ModelFactory.Ollama);
        }
        catch (OperationCanceledException)
        {
            Abandoned.TrySetResult();
        }
    }

    private Task WriteAsync(HttpContext http, Reply reply, bool stream) => reply switch
    {
        Reply.Says says => WholeAsync(http, says.Text, [.. says.Calls.Select(c => (c.Tool, c.Arguments.ToJsonString()))], stream),
        Reply.HalfArguments half => WholeAsync(http, null, [(half.Tool, half.Arguments)], stream: true),
        Reply.AtOnce once => WholeAsync(http, once.Text, [], stream: false),
        Reply.Status status => RefuseAsync(http, status),
        Reply.EndsEarly early => PiecesAsync(http, Unfinished(early.Text)),
        Reply.HalfJson half => PiecesAsync(http, [.. Unfinished(half.Text), _wire.Broken]),
        Reply.Stalls stalls => StallAsync(http, Unfinished(stalls.Text)),
        Reply.Waits waits => WaitAsync(http, waits),
        Reply.BreaksOff off => BreakAsync(http, Unfinished(off.Text), off.When ?? Task.CompletedTask),
        _ => throw new InvalidOperationException($"No answer for {reply}."),
    };

    /// <summary>Its pieces up to the first half of the text.</summary>
    private string[] Unfinished(string text) => [.. _wire.Stream(text, []).Take(Provider switch { ModelFactory.Anthropic => 3, ModelFactory.Ollama => 1, _ => 2 })];

    private async Task WholeAsync(HttpContext http, string? text, IReadOnlyList<(string, string)> calls, bool stream)
    {
        if (stream)
        {
            await PiecesAsync(http, _wire.Stream(text, calls));
            return;
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(_wire.Document(text, calls).ToJsonString());
    }

    private async Task PiecesAsync(HttpContext http, IReadOnlyList<string> pieces)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = _wire.StreamType;
        }

        foreach (var piece in pieces)
        {
            await http.Response.WriteAsync(piece, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }

    private async Task RefuseAsync(HttpContext http, Reply.Status status)
    {
        http.Response.StatusCode = status.Code;
        if (status.RetryAfter is not null)
        {
            http.Response.Headers.RetryAfter = status.RetryAfter;
        }

        await http.Response.WriteAsJsonAsync(_wire.Error(status.Message));
    }

    private async Task StallAsync(HttpContext http, string[] pieces)
    {
        await PiecesAsync(http, pieces);
        await Task.Delay(Timeout.Infinite, http.RequestAborted);
    }

    private async Task WaitAsync(HttpContext http, Reply.Waits reply)
    {
        var first = Unfinished(reply.Text);
        await PiecesAsync(http, first);
        await reply.Go.WaitAsync(http.RequestAborted);
        await PiecesAsync(http, [.. _wire.Stream(reply.Text, []).Skip(first.Length)]);
    }

    private async Task BreakAsync(HttpContext http, string[] pieces, Task when)
    {
        await PiecesAsync(http, pieces);
        await when.WaitAsync(http.RequestAborted);
        http.Abort();
    }
}

/// <summary>A request as the provider saw it.</summary>
internal sealed record SeenRequest(string Path, IReadOnlyDictionary<string, string> Headers, JsonObject Body)
{
    public static SeenRequest Of(HttpContext http, JsonObject body) =>
        new(http.Request.Path, http.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()), body);
}
