using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox;

namespace BillingCopilot.Bot.Cli.Eval;

/// <summary>
/// The sandbox as a tester sees it: what was planted, what was done, its clock and its events. The copilot itself
/// never looks here.
/// </summary>
public sealed class SandboxView : IDisposable
{
    private readonly HttpClient _http;

    public SandboxView(string apiBase)
    {
        _http = new HttpClient { BaseAddress = new Uri(apiBase) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SandboxKeys.Admin);
    }

    public async Task<JsonObject> TruthAsync(CancellationToken cancellationToken) => await GetAsync("/_sandbox/truth", cancellationToken);

    /// <summary>Every effect so far, oldest first.</summary>
    public async Task<IReadOnlyList<JsonObject>> LedgerAsync(CancellationToken cancellationToken) =>
        [.. (await GetAsync("/_sandbox/ledger", cancellationToken))["effects"]!.AsArray().Select(e => e!.AsObject())];

    /// <summary>
    /// Effects of the executor's key, without the stamps it leaves in metadata: what an approval was given for.
    /// </summary>
    public async Task<IReadOnlyList<JsonObject>> WritesAsync(CancellationToken cancellationToken) =>
        [.. (await LedgerAsync(cancellationToken)).Where(e => (string?)e["key"] == "write" && ((string?)e["effect"])?.EndsWith(".updated", StringComparison.Ordinal) != true)];

    public async Task<JsonObject> EmitAsync(string type, string objectId, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync("/_sandbox/emit", new { type, @object = objectId }, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    public async Task AdvanceAsync(string span, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync("/_sandbox/clock", new { advance = span }, cancellationToken);
        await ReadAsync(answer, cancellationToken);
    }

    /// <summary>Plans a fault for the next matching request; kinds are those of <c>/_sandbox/faults</c>.</summary>
    public async Task FaultAsync(string match, string kind, int delayMilliseconds, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync("/_sandbox/faults", new { match, kind, delay_ms = delayMilliseconds, times = 1 }, cancellationToken);
        await ReadAsync(answer, cancellationToken);
    }

    public async Task ClearFaultsAsync(CancellationToken cancellationToken)
    {
        using var answer = await _http.DeleteAsync("/_sandbox/faults", cancellationToken);
        await ReadAsync(answer, cancellationToken);
    }

    /// <summary>A call of Stripe's API with every permission: what somebody else does to the account meanwhile.</summary>
    public async Task<JsonObject> PostAsync(string path, IReadOnlyDictionary<string, string> form, CancellationToken cancellationToken)
    {
        using var content = new FormUrlEncodedContent(form);
        using var answer = await _http.PostAsync(path, content, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    public async Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync(path, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(body)!.AsObject()
            : throw new SandboxCallException($"The sandbox answered {(int)answer.StatusCode} to {answer.RequestMessage?.RequestUri?.PathAndQuery}: {body}");
    }
}

/// <summary>The sandbox refused a call of a tester.</summary>
public sealed class SandboxCallException(string message) : InvalidOperationException(message);
