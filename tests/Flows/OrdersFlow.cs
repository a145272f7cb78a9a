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
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>
/// The events of an invoice's life arrive at two nodes of one database in every order, each twice and once more as a
/// twin: what is proposed in the end is the same. <c>BILLINGCOPILOT_ORDERS=120</c> plays all orders, which takes a
/// minute or two; without it every eighth.
/// </summary>
public sealed class OrdersFlow
{
    private static readonly string[] Life = ["invoice.created", "invoice.finalized", "invoice.updated", "customer.updated", "invoice.payment_failed"];

    [Fact]
    public async Task EveryOrderOfALife_TwiceAtTwoNodes_EndsInTheSameProposals()
    {
        await using var first = await Copilot.StartAsync();
        await using var second = await SecondAsync(first);
        var failed = first.Truth["failed_invoices"]![0]!;
        var ends = new HashSet<string>(StringComparer.Ordinal);
        var orders = Orders(Life).Where((_, i) => i % (120 / Number()) == 0).ToList();
        for (var order = 0; order < orders.Count; order++)
        {
            using var http = new HttpClient();
            await Task.WhenAll(orders[order].Select((type, place) => DeliverAsync(http, first.Stage.Host, second, failed, type, place)));
            ends.Add(await EndAsync(first));
            await ForgetAsync(first);
        }

        ends.ShouldBe([$"3 tasks done; send_dunning_email {failed["invoice"]}"]);
        first.Stage.Host.Services.GetRequiredService<CopilotDbFactory>().Open(first.Stage.Host.Tenants.Default.Context).Inbox.ShouldBeEmpty();
    }

    private static int Number() => int.TryParse(Environment.GetEnvironmentVariable("BILLINGCOPILOT_ORDERS"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? Math.Clamp(n, 1, 120) : 15;

    private static Task<CopilotHost> SecondAsync(Copilot first)
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
        ["id"] = $"evt_{type.Replace(".", "", StringComparison.Ordinal)}{twin}",
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

    private static async Task<string> EndAsync(Copilot copilot)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            await using var db = Open(copilot);
            var tasks = await db.Tasks.Where(t => t.Kind == TaskKinds.Webhook).Select(t => t.Status).ToListAsync(limit.Token);
            if (tasks.Count > 0 && tasks.TrueForAll(s => s is TaskStates.Done or TaskStates.Failed))
            {
                var proposals = await db.Proposals.OrderBy(p => p.Operation).Select(p => $"{p.Operation} {p.TargetId}").ToListAsync(limit.Token);
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
