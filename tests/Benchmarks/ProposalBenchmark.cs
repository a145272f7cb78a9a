using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BillingCopilot.Benchmarks;

/// <summary>
/// <c>proposals [--db sqlite|postgres] [--rate 20] [--seconds 30] [--workers 4]</c>: signed events at a steady rate on the
/// rules model with the sandbox as Stripe, from the sending of an event to the end of the turn it started (its proposal is
/// stored before, or it found one waiting). All in this process.
/// </summary>
internal static class ProposalBenchmark
{
    private const double TargetP95 = 2000;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var (rate, seconds, workers) = (Arguments.Number(arguments, "--rate", 20), Arguments.Number(arguments, "--seconds", 30), Arguments.Number(arguments, "--workers", new TaskSettings().Workers));
        await using var database = await BenchDatabase.CreateAsync(Arguments.Text(arguments, "--db", "sqlite"));
        await using var host = await IntakeBenchmark.StartAsync(database, idle: false, workers);
        var failed = await FailedAsync(host);
        using var http = new HttpClient { BaseAddress = host.Address };
        await SendAsync(http, host, failed, "warm", 40, rate);
        await EndedAsync(host, "warm", 40);
        var sent = await SendAsync(http, host, failed, "timed", rate * seconds, rate);
        var ended = await EndedAsync(host, "timed", rate * seconds);
        var times = sent.Select(s => (ended[s.Key] - s.Value).TotalMilliseconds).Order().ToArray();
        var figures = new
        {
            database = database.Kind, synced = await database.SyncsAsync(), events_per_second = rate, events = times.Length, workers,
            p50_ms = Math.Round(times[times.Length / 2]), p95_ms = Math.Round(times[(int)(times.Length * 0.95)]), max_ms = Math.Round(times[^1]),
            proposals = await ProposalsAsync(host), target_p95_ms = TargetP95,
        };
        Report.Table(
            $"Event to proposal on rules, {figures.database} (flushed to disk: {figures.synced}), {rate} events/s, {workers} places",
            ["", "ms"],
            [["p50", figures.p50_ms], ["p95", figures.p95_ms], ["target p95", TargetP95], ["longest", figures.max_ms]]);
        return await Report.FinishAsync(figures.p95_ms < TargetP95, figures, Report.FileOf(arguments));
    }

    private static async Task<IReadOnlyList<(string Invoice, string Customer)>> FailedAsync(CopilotHost host)
    {
        using var view = new Bot.Cli.Eval.SandboxView(host.Settings.Stripe.ApiBase);
        var truth = await view.TruthAsync(CancellationToken.None);
        return [.. truth["failed_invoices"]!.AsArray().Select(f => ((string)f!["invoice"]!, (string)f["customer"]!))];
    }

    /// <summary>Each is sent at its moment; returns when that was.</summary>
    private static async Task<Dictionary<string, DateTimeOffset>> SendAsync(HttpClient http, CopilotHost host, IReadOnlyList<(string Invoice, string Customer)> failed, string name, int events, int perSecond)
    {
        var (clock, sent, calls) = (Stopwatch.StartNew(), new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal), new List<Task>());
        for (var i = 0; i < events; i++)
        {
            var wait = TimeSpan.FromSeconds(i / (double)perSecond) - clock.Elapsed;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait);
            }

            var (invoice, customer) = failed[i % failed.Count];
            var id = $"evt_{name}{i}";
            sent[id] = TimeProvider.System.GetUtcNow();

            // Another attempt each time, so that each is a cause and a turn of its own.
            calls.Add(PostAsync(http, host.Settings.Stripe.WebhookSecrets[^1], $$"""{"id":"{{id}}","object":"event","type":"invoice.payment_failed","livemode":false,"created":{{1_790_000_000 + i}},"data":{"object":{"id":"{{invoice}}","object":"invoice","customer":"{{customer}}","attempt_count":{{i + 1 + (name == "warm" ? 0 : 1000)}}} } }"""));
        }

        await Task.WhenAll(calls);
        return sent;
    }

    private static async Task PostAsync(HttpClient http, string secret, string body)
    {
        var stamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{stamp}.{body}")));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/stripe") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Stripe-Signature", $"t={stamp},v1={signature}");
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>When the turn of each event ended; one that came while the customer's turn had not begun shares it.</summary>
    private static async Task<Dictionary<string, DateTimeOffset>> EndedAsync(CopilotHost host, string name, int events)
    {
        while (true)
        {
            await using var db = Open(host);
            var ended = await db.Inbox.Where(e => e.EventId.StartsWith("evt_" + name))
                .Join(db.Tasks.Where(t => t.CompletedAt != null), e => e.TaskId, t => t.Id, (e, t) => new { e.EventId, t.CompletedAt, t.Status }).ToListAsync();
            if (ended.Count >= events)
            {
                return ended.All(e => e.Status == Bot.Tasks.TaskStates.Done) ? ended.ToDictionary(e => e.EventId, e => e.CompletedAt!.Value, StringComparer.Ordinal) : throw new InvalidOperationException("A turn failed.");
            }

            await Task.Delay(200);
        }
    }

    private static async Task<int> ProposalsAsync(CopilotHost host)
    {
        await using var db = Open(host);
        return await db.Proposals.CountAsync();
    }

    private static CopilotDb Open(CopilotHost host) => host.Services.GetRequiredService<CopilotDbFactory>().Open(host.Tenants.Default.Context);
}
