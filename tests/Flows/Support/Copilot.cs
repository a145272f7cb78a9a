using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Flows.Support;

/// <summary>A whole copilot over real HTTP, with a sandbox of its own, for one test.</summary>
internal sealed class Copilot : IAsyncDisposable
{
    private Copilot(ScenarioStage stage, JsonObject truth)
    {
        (Stage, Truth) = (stage, truth);
    }

    public ScenarioStage Stage { get; }

    public JsonObject Truth { get; }

    public Uri Address => Stage.Host.Address;

    public SandboxView Sandbox => Stage.Sandbox;

    public static async Task<Copilot> StartAsync(Action<CopilotSettings>? change = null, Action<IServiceCollection>? services = null)
    {
        var settings = new CopilotSettings();
        change?.Invoke(settings);
        var stage = await ScenarioStage.OpenAsync(settings, "lumen", 1, CancellationToken.None, services, settings.Database.Provider == "postgres" ? settings.Database : null);
        return new Copilot(stage, await stage.Sandbox.TruthAsync(CancellationToken.None));
    }

    /// <summary>An open invoice that rose, so that a credit lowers what is due.</summary>
    public JsonObject OpenRise => Truth["invoice_increases"]!.AsArray().Select(n => n!.AsObject()).First(n => (string?)n["status"] == "open");

    public HttpClient As(string? person)
    {
        var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };
        if (person is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sandbox-" + person);
        }

        return http;
    }

    /// <summary>Asks and follows up until a credit of the difference is proposed; returns the proposal.</summary>
    public async Task<JsonObject> ProposeCreditAsync()
    {
        using var sam = As("sam");
        var why = await sam.AskAsync($"Why did {OpenRise["customer_name"]}'s last invoice go up?");
        var credit = await sam.AskAsync("Yes, credit the difference", (string?)why["conversation_id"]);
        return credit["proposals"]!.AsArray().Single()!.AsObject();
    }

    public ValueTask DisposeAsync() => Stage.DisposeAsync();
}

internal static class CopilotCalls
{
    /// <summary>One turn over server-sent events; returns the data of the <c>answer</c> event.</summary>
    public static async Task<JsonObject> AskAsync(this HttpClient http, string text, string? conversation = null)
    {
        using var answer = await http.PostAsJsonAsync("/api/chat", new { text, conversation });
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadAsStringAsync();
        var last = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Last().Split('\n');
        return last[0] == "event: answer" ? JsonNode.Parse(last[1]["data: ".Length..])!.AsObject() : throw new InvalidOperationException(body);
    }

    public static Task<HttpResponseMessage> DecideAsync(this HttpClient http, JsonObject proposal, string decision = "approve", string? hash = null) =>
        http.PostAsJsonAsync($"/api/proposals/{proposal["id"]}/decision", new { decision, hash = hash ?? (string?)proposal["hash"], reason = decision == "reject" ? "Not owed." : null });

    public static async Task<JsonObject> JsonAsync(this HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
}
