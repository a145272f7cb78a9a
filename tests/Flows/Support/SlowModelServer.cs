using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BillingCopilot.Flows.Support;

/// <summary>A model server on loopback that streams as OpenAI does: it looks up a policy, then writes an answer whose end waits until it may come.</summary>
internal sealed class SlowModelServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string[] _pieces;
    private readonly TaskCompletionSource _mayGoOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SlowModelServer(WebApplication app, string[] pieces) => (_app, _pieces) = (app, pieces);

    public string Endpoint => $"{_app.Urls.First()}/v1";

    /// <summary>True when the answer was written to its end.</summary>
    public bool IsDone { get; private set; }

    /// <param name="pieces">The answer; before the last piece it waits.</param>
    public static async Task<SlowModelServer> StartAsync(params string[] pieces)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new SlowModelServer(app, pieces);
        app.MapPost("/v1/chat/completions", server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public void GoOn() => _mayGoOn.TrySetResult();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var request = (await JsonNode.ParseAsync(http.Request.Body))!;
        http.Response.ContentType = "text/event-stream";
        if (request["messages"]!.AsArray().All(m => (string?)m!["role"] != "tool"))
        {
            await SendAsync(http, Call("search_policies", """{"query":"refund window"}"""), null);
            await SendAsync(http, new JsonObject(), "tool_calls");
            return;
        }

        foreach (var piece in _pieces[..^1])
        {
            await SendAsync(http, new JsonObject { ["content"] = piece }, null);
        }

        await _mayGoOn.Task.WaitAsync(http.RequestAborted);
        await SendAsync(http, new JsonObject { ["content"] = _pieces[^1] }, null);
        await SendAsync(http, new JsonObject(), "stop");
        IsDone = true;
    }

    private static JsonObject Call(string tool, string arguments) => new()
    {
        ["tool_calls"] = new JsonArray(new JsonObject
        {
            ["index"] = 0, ["id"] = "call_1", ["type"] = "function", ["function"] = new JsonObject { ["name"] = tool, ["arguments"] = arguments },
        }),
    };

    private static async Task SendAsync(HttpContext http, JsonObject delta, string? finish)
    {
        var chunk = new JsonObject
        {
            ["id"] = "c1", ["object"] = "chat.completion.chunk", ["created"] = 1, ["model"] = "m",
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
        };
        await http.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\n{(finish is null ? "" : "data: [DONE]\n\n")}", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
