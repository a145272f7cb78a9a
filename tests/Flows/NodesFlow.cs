using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Flows.Support;
using BillingCopilot.Sandbox;
using Npgsql;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>Two processes on one PostgreSQL.</summary>
public sealed class NodesFlow
{
    private const string Variable = "BILLINGCOPILOT_TEST_POSTGRES";

    [RequiresFact(Variable)]
    public async Task AStreamThatBreaks_GoesOnAtTheOtherNode_AndACookieIsGoodAtBoth()
    {
        var server = Environment.GetEnvironmentVariable(Variable)!;
        var name = $"nodes_{Environment.ProcessId}";
        await RunAsync(server, $"create database {name}");
        var folder = Directory.CreateTempSubdirectory("billingcopilot-nodes-").FullName;
        var (sandboxProcess, stripe) = await CopilotProcess.StartAsync("Sandbox", folder, "--port", "0");
        await using var sandboxEnds = sandboxProcess;
        using var sandbox = new SandboxView(stripe.ToString());
        var database = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        var (first, a) = await StartAsync(folder, "a", stripe, database);
        await using var firstEnds = first;
        var (second, b) = await StartAsync(folder, "b", stripe, database);
        await using var secondEnds = second;
        var rise = (await sandbox.TruthAsync(CancellationToken.None))["invoice_increases"]![0]!;

        // The tool's first read takes a while, so that the stream is cut in its midst.
        await sandbox.FaultAsync("GET /v1/invoices*", "slow", 2000, CancellationToken.None);
        var last = await FirstEventAsync(a, $"Credit $5 on invoice {rise["invoice_number"]}.");
        var rest = await RestAsync(b, last);

        rest[^1].EventType.ShouldBe("answer");
        rest.Select(e => int.Parse(e.EventId!.Split(':')[1], CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(2, rest.Count));
        ((string?)JsonNode.Parse(rest[^1].Data)!["task_id"]).ShouldBe(last.Split(':')[0]);
        var cookies = new CookieContainer();
        using var browser = await Browser.SignInAsync(a, "frank", cookies: cookies);
        using var other = new HttpClient(new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false }) { BaseAddress = b };
        (await other.GetAsync("/api/proposals")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await first.KillAsync();
        await second.KillAsync();
        await RunAsync(server, $"drop database {name} with (force)");
    }

    private static Task<(CopilotProcess, Uri)> StartAsync(string folder, string node, Uri stripe, string database) => CopilotProcess.StartAsync(
        "Bot", folder, "--Urls", "http://127.0.0.1:0", "--Stripe:ApiBase", stripe.ToString(), "--Stripe:ReadKey", SandboxKeys.Read, "--Stripe:WriteKey", SandboxKeys.Write,
        "--Database:Provider", "postgres", "--Database:ConnectionString", database, "--Audit:Node", node, "--Auth:Keys", $"./keys-{node}");

    /// <summary>Asks, reads one event, and hangs up. Returns its id.</summary>
    private static async Task<string> FirstEventAsync(Uri node, string text)
    {
        using var sam = Sam(node);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat") { Content = JsonContent.Create(new { text }) };
        using var answer = await sam.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await foreach (var e in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            e.EventType.ShouldBe("routed");
            return e.EventId!;
        }

        throw new InvalidOperationException("The stream ended before its first event.");
    }

    private static async Task<List<SseItem<string>>> RestAsync(Uri node, string last)
    {
        using var sam = Sam(node);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/chat");
        request.Headers.Add("Last-Event-ID", last);
        using var answer = await sam.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        var events = new List<SseItem<string>>();
        await foreach (var e in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            events.Add(e);
        }

        return events;
    }

    private static HttpClient Sam(Uri node)
    {
        var http = new HttpClient { BaseAddress = node };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sandbox-sam");
        return http;
    }

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
