using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace BillingCopilot.Bot.Cli.Demo;

/// <summary>A person at the copilot's HTTP API, with the sandbox's bearer token.</summary>
internal sealed class ChatClient : IDisposable
{
    private readonly HttpClient _http;

    public ChatClient(Uri copilot, string person)
    {
        Person = person;
        _http = new HttpClient { BaseAddress = copilot, Timeout = TimeSpan.FromMinutes(15) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sandbox-" + person);
    }

    public string Person { get; }

    /// <summary>One turn; <paramref name="onEvent"/> sees each server-sent event, the answer is returned.</summary>
    public async Task<JsonObject> AskAsync(string text, string? conversation, Action<string, JsonObject> onEvent, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat") { Content = JsonContent.Create(new { text, conversation }) };
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new DemoException($"POST /api/chat answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }

        await foreach (var e in SseParser.Create(await answer.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken))
        {
            var data = JsonNode.Parse(e.Data)!.AsObject();
            onEvent(e.EventType, data);
            if (e.EventType is "answer" or "failed")
            {
                return e.EventType == "answer" ? data : throw new DemoException((string)data["message"]!);
            }
        }

        throw new DemoException("The stream ended without an answer.");
    }

    public async Task<JsonArray> ProposalsAsync(string status, CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<JsonObject>($"/api/proposals?status={status}", cancellationToken))!["data"]!.AsArray();

    public async Task<JsonObject> ApproveAsync(JsonObject proposal, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(
            $"/api/proposals/{proposal["id"]}/decision", new { decision = "approve", hash = (string?)proposal["hash"] }, cancellationToken);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!.AsObject();
        return answer.IsSuccessStatusCode ? body : throw new DemoException($"{Person} could not approve: {body["error"]?["message"]}");
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>A step of the demo did not happen.</summary>
internal sealed class DemoException(string message) : Exception(message);
