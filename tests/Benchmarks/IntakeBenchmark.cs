using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace BillingCopilot.Benchmarks;

/// <summary>
/// <c>intake [--db sqlite|postgres] [--clients 64] [--events 20000]</c>: signed events over HTTP, each stored with its
/// task and committed to disk before its 200. First as fast as it goes, then 500 a second. Clients and server share
/// the process and the cores; nothing works the tasks off meanwhile.
/// </summary>
internal static class IntakeBenchmark
{
    private const int PacedPerSecond = 500;
    private const int PacedSeconds = 10;
    private const double TargetPerSecond = 2000;
    private const double TargetP99 = 50;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var (clients, events) = (Arguments.Number(arguments, "--clients", 64), Arguments.Number(arguments, "--events", 20_000));
        await using var database = await BenchDatabase.CreateAsync(Arguments.Text(arguments, "--db", "sqlite"));
        await using var host = await StartAsync(database, idle: true);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = clients }) { BaseAddress = host.Address };
        var sender = new Sender(http, host.Settings.Stripe.WebhookSecrets[^1]);
        await sender.FastAsync("warm", clients, 2000);
        var before = Memory();
        var (fast, took) = await sender.FastAsync("fast", clients, events);
        var after = Memory();
        var paced = await sender.PacedAsync("paced", PacedPerSecond, PacedPerSecond * PacedSeconds);
        var figures = new
        {
            database = database.Kind,
            synced = await database.SyncsAsync(),
            clients,
            events,
            events_per_second = Math.Round(events / took.TotalSeconds),
            p50_ms = At(fast, 0.5),
            p99_ms = At(fast, 0.99),
            paced_per_second = PacedPerSecond,
            paced_p50_ms = At(paced, 0.5),
            paced_p99_ms = At(paced, 0.99),
            memory_before_mb = before,
            memory_after_mb = after,
            peak_memory_mb = Process.GetCurrentProcess().PeakWorkingSet64 / 1_000_000,
            target_events_per_second = TargetPerSecond,
            target_paced_p99_ms = TargetP99,
        };
        Report.Table(
            $"Durable intake on {figures.database} (flushed to disk: {figures.synced}), {clients} clients, {events} events",
            ["", "value", "target"],
            [
                ["events/s", figures.events_per_second, TargetPerSecond],
                ["ack p50 ms", figures.p50_ms, ""],
                ["ack p99 ms", figures.p99_ms, ""],
                [$"ack p50 ms at {PacedPerSecond}/s", figures.paced_p50_ms, ""],
                [$"ack p99 ms at {PacedPerSecond}/s", figures.paced_p99_ms, TargetP99],
                ["memory before/after MB", $"{before}/{after}", ""],
                ["peak memory MB", figures.peak_memory_mb, ""],
            ]);
        return await Report.FinishAsync(figures.events_per_second >= TargetPerSecond && figures.paced_p99_ms < TargetP99, figures, Report.FileOf(arguments));
    }

    internal static Task<CopilotHost> StartAsync(BenchDatabase database, bool idle, int workers = 4)
    {
        var folder = database.Folder;
        var settings = new CopilotSettings
        {
            Urls = "http://127.0.0.1:0",
            Memory = { Path = Path.Combine(folder, "memory.db") },
            Auth = { Keys = Path.Combine(folder, "keys") },
            Mail = { Outbox = Path.Combine(folder, "outbox") },
            Sandbox = { Data = Path.Combine(folder, "sandbox") },
            Tasks = { Workers = workers },
        };
        database.Fill(settings.Database);
        return CopilotHost.StartAsync(settings, new HostShape(Listen: true, Keep: false, Quiet: true, Services: idle ? Idle : null), TimeProvider.System, CancellationToken.None);
    }

    /// <summary>Without the worker: what is measured is the intake.</summary>
    private static void Idle(IServiceCollection services)
    {
        foreach (var worker in services.Where(s => s.ImplementationType == typeof(TaskWorker)).ToList())
        {
            services.Remove(worker);
        }
    }

    private static double At(double[] sorted, double share) => Math.Round(sorted[(int)(share * (sorted.Length - 1))], 2);

    private static long Memory()
    {
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: true) / 1_000_000;
    }

    private sealed class Sender(HttpClient http, string secret)
    {
        public async Task<(double[] Sorted, TimeSpan Took)> FastAsync(string name, int clients, int events)
        {
            var next = -1;
            var times = new double[events];
            var clock = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
            {
                while (Interlocked.Increment(ref next) is var i && i < events)
                {
                    times[i] = await SendAsync($"evt_{name}{i}", i);
                }
            }));
            var took = clock.Elapsed;
            Array.Sort(times);
            return (times, took);
        }

        /// <summary>Each is sent at its moment, however long the ones before it take.</summary>
        public async Task<double[]> PacedAsync(string name, int perSecond, int events)
        {
            var times = new Task<double>[events];
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < events; i++)
            {
                var wait = TimeSpan.FromSeconds(i / (double)perSecond) - clock.Elapsed;
                if (wait > TimeSpan.FromMilliseconds(1))
                {
                    await Task.Delay(wait);
                }

                var at = i;
                times[i] = Task.Run(() => SendAsync($"evt_{name}{at}", at));
            }

            var sorted = await Task.WhenAll(times);
            Array.Sort(sorted);
            return sorted;
        }

        private async Task<double> SendAsync(string id, int number)
        {
            var body = $$"""{"id":"{{id}}","object":"event","type":"invoice.payment_failed","livemode":false,"created":{{1_790_000_000 + number}},"data":{"object":{"id":"in_{{id}}","object":"invoice","customer":"cus_{{number % 1000}}","attempt_count":1,"amount_due":1200,"currency":"usd","description":"{{new string('x', 1500)}}"} } }""";
            var stamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{stamp}.{body}")));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/stripe") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add("Stripe-Signature", $"t={stamp},v1={signature}");
            var sent = Stopwatch.GetTimestamp();
            using var answer = await http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            return Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
        }
    }
}
