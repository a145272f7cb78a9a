using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Flows.Support;
using BillingCopilot.Sandbox;
using Npgsql;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>The kill switch thrown at one process, felt at another on the same database.</summary>
public sealed class KillSwitchFlow
{
    private const string Variable = "BILLINGCOPILOT_TEST_POSTGRES";

    [Fact]
    public Task Stop_AtOneProcess_HoldsBackWhatTheOtherHasApproved() => RunAsync([]);

    [RequiresFact(Variable)]
    public async Task Stop_AtOneProcess_HoldsBackWhatTheOtherHasApproved_OnPostgres()
    {
        var server = Environment.GetEnvironmentVariable(Variable)!;
        var name = $"switch_{Environment.ProcessId}";
        await SqlAsync(server, $"create database {name}");
        await RunAsync(["--Database:Provider", "postgres", "--Database:ConnectionString", new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString]);
        await SqlAsync(server, $"drop database {name} with (force)");
    }

    private static async Task RunAsync(string[] database)
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-switch-").FullName;
        var (sandboxProcess, stripe) = await CopilotProcess.StartAsync("Sandbox", folder, "--port", "0");
        await using var sandboxEnds = sandboxProcess;
        using var sandbox = new SandboxView(stripe.ToString());
        var rises = (await sandbox.TruthAsync(CancellationToken.None))["invoice_increases"]!.AsArray().Where(n => (string?)n!["status"] == "open").Take(2).ToList();
        var (first, a) = await StartAsync(folder, "a", stripe, database);
        await using var firstEnds = first;
        var (second, b) = await StartAsync(folder, "b", stripe, database);
        await using var secondEnds = second;
        using var frank = Person(a, "frank");
        using var olivia = Person(b, "olivia");
        var running = await ProposeAsync(a, rises[0]!);
        var later = await ProposeAsync(a, rises[^1]!);

        // The first is approved and under way at A: its re-read takes a while, and the switch is thrown meanwhile at B.
        await sandbox.FaultAsync("GET /v1/invoices/*", "slow", 3000, CancellationToken.None);
        var underWay = frank.DecideAsync(running);
        await UntilAsync(async () => (string?)(await StateAsync(olivia, running))["status"] is "approved" or "executing");
        using var stopped = await olivia.PostAsJsonAsync("/api/kill-switches", new { operation = "*", stopped = true, reason = "Drill" });
        stopped.StatusCode.ShouldBe(HttpStatusCode.OK, await stopped.Content.ReadAsStringAsync());
        await sandbox.ClearFaultsAsync(CancellationToken.None);
        using var refused = await frank.DecideAsync(later);

        ((string?)(await refused.JsonAsync())["error"]!["code"]).ShouldBe("stopped", "a click that comes right after it");
        var held = await (await underWay).JsonAsync();
        ((string?)held["status"], ((string?)held["result_text"])!.Contains("stopped by olivia", StringComparison.Ordinal)).ShouldBe(("stale", true), held.ToJsonString());
        (await sandbox.WritesAsync(CancellationToken.None)).ShouldBeEmpty();
        await first.KillAsync();
        await second.KillAsync();
    }

    private static async Task<JsonObject> ProposeAsync(Uri node, JsonNode rise)
    {
        using var sam = Person(node, "sam");
        var answer = await sam.AskAsync($"Credit $5 on invoice {rise["invoice_number"]}.");
        return answer["proposals"]!.AsArray().ShouldHaveSingleItem()!.AsObject();
    }

    private static async Task<JsonNode> StateAsync(HttpClient person, JsonObject proposal) =>
        JsonNode.Parse(await person.GetStringAsync($"/api/proposals/{proposal["id"]}"))!;

    private static Task<(CopilotProcess, Uri)> StartAsync(string folder, string node, Uri stripe, string[] database) => CopilotProcess.StartAsync(
        "Bot", folder,
        [
            "--Urls", "http://127.0.0.1:0", "--Stripe:ApiBase", stripe.ToString(), "--Stripe:ReadKey", SandboxKeys.Read, "--Stripe:WriteKey", SandboxKeys.Write,
            "--Audit:Node", node, "--Memory:Path", $"./memory-{node}.db", .. database,
        ]);

    private static HttpClient Person(Uri node, string person)
    {
        var http = new HttpClient { BaseAddress = node, Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sandbox-" + person);
        return http;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await holds())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task SqlAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
