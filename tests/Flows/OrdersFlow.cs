using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Flows.Support;
using BillingCopilot.Sandbox;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>
/// The events of an invoice's life arrive at two nodes of one database in every order, each at both and the failure once
/// more as a twin: what is done and proposed in the end is the same. All 120 orders are played on SQLite, at ten
/// invoices side by side, and every fourth on PostgreSQL; <c>BILLINGCOPILOT_ORDERS=all</c> plays all there, too.
/// </summary>
public sealed class OrdersFlow
{
    private const string Variable = "BILLINGCOPILOT_TEST_POSTGRES";
    private static readonly string[] Life = ["invoice.created", "invoice.finalized", "invoice.updated", "customer.updated", "invoice.payment_failed"];

    [Fact]
    public Task EveryOrderOfALife_TwiceAtTwoNodes_EndsInTheSameProposals() => PlayAsync(null);

    [RequiresFact(Variable)]
    public async Task EveryOrderOfALife_OnPostgres_EndsInTheSameProposals()
    {
        var (server, name) = (Environment.GetEnvironmentVariable(Variable)!, $"orders_{Environment.ProcessId}");
        await RunAsync(server, $"create database {name}");
        await PlayAsync(new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = true }.ConnectionString);
        NpgsqlConnection.ClearAllPools();
        await RunAsync(server, $"drop database {name} with (force)");
    }

    private static async Task PlayAsync(string? postgres)
    {
        await using var first = await Copilot.StartAsync(s => Use(s, postgres));
        await using var second = await SecondAsync(first, postgres);
        var failed = first.Truth["failed_invoices"]!.AsArray().Select(f => f!).ToList();
        using var http = new HttpClient();
        var ends = failed.ToDictionary(f => (string)f["invoice"]!, _ => new HashSet<string>(StringComparer.Ordinal), StringComparer.Ordinal);
        var orders = Orders(Life).ToList();
        orders.Count.ShouldBe(120);
        var played = postgres is null || Environment.GetEnvironmentVariable("BILLINGCOPILOT_ORDERS") == "all" ? orders : [.. orders.Where((_, i) => i % 4 == 0)];
        foreach (var together in played.Chunk(failed.Count))
        {
            await Task.WhenAll(together.Zip(failed).Select(async pair =>
            {
                await Task.WhenAll(pair.First.Select((type, place) => DeliverAsync(http, first.Stage.Host, second, pair.Second, type, place)));
                ends[(string)pair.Second["invoice"]!].Add(await EndAsync(first, pair.Second));
            }));
            await ForgetAsync(first);
        }

        ends.ShouldAllBe(e => e.Value.Count == 1, string.Join('\n', ends.SelectMany(e => e.Value)));
        ends.Select(e => e.Value.Single()).ShouldBe(failed.Select(f => $"3 tasks done; send_dunning_email {f["invoice"]}"));
    }

    private static void Use(CopilotSettings settings, string? postgres)
    {
        if (postgres is not null)
        {
            (settings.Database.Provider, settings.Database.ConnectionString) = ("postgres", postgres);
        }
    }

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static Task<CopilotHost> SecondAsync(Copilot first, string? postgres)
    {
        var (of, folder) = (first.Stage.Host.Settings, Path.GetDirectoryName(first.Stage.Host.Settings.Database.Path)!);
        var settings = new CopilotSettings
        {
            Urls = "http://127.0.0.1:0",
            Database = { Path = of.Database.Path },
            Memory = { Path = Path.Combine(folder, "second", "memory.db") },
            Auth = { Keys = of.Auth.Keys },
            Audit = { Node = "second" },
            Mail = { Outbox = of.Mail.Outbox },
            Stripe = { ApiBase = of.Stripe.ApiBase, ReadKey = SandboxKeys.Read, WriteKey = SandboxKeys.Write },
        };
        Use(settings, postgres);
        return CopilotHost.StartAsync(settings, new HostShape(Listen: true, Keep: false, Quiet: true, Seed: 2), TimeProvider.System, CancellationToken.None);
    }

    /// <summary>Each event at both nodes at once; the failure once more under another id, as Stripe's twins come.</summary>
    private static async Task DeliverAsync(HttpClient http, CopilotHost first, CopilotHost second, JsonNode failed, string type, int place)
    {
        // The place in the order decides who arrives first; requests of the same instant race, as they do.
        await Task.Delay(place * 5);
        await Task.WhenAll(
            PostAsync(http, first, Event(failed, type, "")),
            PostAsync(http, second, Event(failed, type, "")),
            type == "invoice.payment_failed" ? PostAsync(http, place % 2 == 0 ? first : second, Event(failed, type, "twin")) : Task.CompletedTask);
    }

    private static async Task PostAsync(HttpClient http, CopilotHost node, string body)
    {
        var stamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(node.Settings.Stripe.WebhookSecrets[^1]), Encoding.UTF8.GetBytes($"{stamp}.{body}")));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node.Address, "/webhooks/stripe")) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Stripe-Signature", $"t={stamp},v1={signature}");
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    private static string Event(JsonNode failed, string type, string twin) => new JsonObject
    {
        ["id"] = $"evt_{type.Replace(".", "", StringComparison.Ordinal)}{twin}{failed["invoice"]}",
        ["object"] = "event",
        ["created"] = 1_793_610_000 + Array.IndexOf(Life, type),
        ["livemode"] = false,
        ["type"] = type,
        ["data"] = new JsonObject
        {
            ["object"] = type == "customer.updated"
                ? new JsonObject { ["id"] = (string?)failed["customer"], ["object"] = "customer" }
                : new JsonObject { ["id"] = (string?)failed["invoice"], ["object"] = "invoice", ["customer"] = (string?)failed["customer"], ["attempt_count"] = type == "invoice.payment_failed" ? 1 : 0 },
        },
    }.ToJsonString();

    private static async Task<string> EndAsync(Copilot copilot, JsonNode failed)
    {
        var (customer, invoice) = ((string)failed["customer"]!, (string)failed["invoice"]!);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            await using var db = Open(copilot);
            var tasks = await db.Tasks.Where(t => t.Kind == TaskKinds.Webhook && t.Lane == customer).Select(t => t.Status).ToListAsync(limit.Token);
            if (tasks.Count > 0 && tasks.TrueForAll(s => s is TaskStates.Done or TaskStates.Failed))
            {
                var proposals = await db.Proposals.Where(p => p.TargetId == invoice).OrderBy(p => p.Operation).Select(p => $"{p.Operation} {p.TargetId}").ToListAsync(limit.Token);
                return $"{tasks.Count} tasks {string.Join('+', tasks.Distinct())}; {string.Join(", ", proposals)}";
            }

            await Task.Delay(20, limit.Token);
        }
    }

    private static async Task ForgetAsync(Copilot copilot)
    {
        await using var db = Open(copilot);
        await db.Inbox.ExecuteDeleteAsync();
        await db.Tasks.Where(t => t.Kind == TaskKinds.Webhook).ExecuteDeleteAsync();
        await db.Proposals.ExecuteDeleteAsync();
        await db.Steps.ExecuteDeleteAsync();
        await db.Messages.ExecuteDeleteAsync();
        await db.Handles.ExecuteDeleteAsync();
        await db.Conversations.ExecuteDeleteAsync();
    }

    private static CopilotDb Open(Copilot copilot) => copilot.Stage.Host.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Stage.Host.Tenants.Default.Context);

    private static IEnumerable<string[]> Orders(string[] of) =>
        of.Length <= 1 ? [of] : of.SelectMany((head, i) => Orders([.. of[..i], .. of[(i + 1)..]]).Select(rest => (string[])[head, .. rest]));
}
