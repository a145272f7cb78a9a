using System.Diagnostics;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Benchmarks;

/// <summary>
/// <c>tasks [--db sqlite|postgres] [--tasks 10000] [--workers 16]</c>: the cycle of a task whose work takes no time:
/// stored, taken, ended, each in a commit of its own that waits for the disk. Unbatched: one task a claim; besides,
/// the same with claims of eight, as a busy worker makes them.
/// <c>backlog [--db …] [--arrivals 20] [--minutes 30]</c>: so many arrived in an outage; they are worked off while
/// others go on arriving.
/// </summary>
internal static class TaskBenchmark
{
    private const double TargetPerSecond = 1800;
    private const double TargetTimes = 3;
    private static readonly TenantContext Tenant = new("default", "acct_1", false);

    public static async Task<int> CyclesAsync(string[] arguments)
    {
        var (tasks, workers) = (Arguments.Number(arguments, "--tasks", 10_000), Arguments.Number(arguments, "--workers", 16));
        await using var database = await BenchDatabase.CreateAsync(Arguments.Text(arguments, "--db", "sqlite"));
        var databases = await database.OpenAsync();
        await CycleAsync(databases, 500, workers, "warm");
        var single = await CycleAsync(databases, tasks, workers, "one");
        await StoreAsync(databases, 0, tasks, "many");
        var many = await DrainAsync(databases, tasks, workers, 8, CancellationToken.None);
        var figures = new
        {
            database = database.Kind, synced = await database.SyncsAsync(), tasks, workers,
            cycles_per_second = Math.Round(tasks / single.TotalSeconds),
            claims_of_eight_per_second = Math.Round(tasks / many.TotalSeconds),
            target_cycles_per_second = TargetPerSecond,
        };
        Report.Table(
            $"Task cycles on {figures.database} (flushed to disk: {figures.synced}), {workers} workers, {tasks} tasks",
            ["", "tasks/s"],
            [["stored, taken and ended one by one", figures.cycles_per_second], ["taken by eight, ended one by one", figures.claims_of_eight_per_second], ["target", TargetPerSecond]]);
        return await Report.FinishAsync(figures.cycles_per_second >= TargetPerSecond, figures, Report.FileOf(arguments));
    }

    public static async Task<int> BacklogAsync(string[] arguments)
    {
        var (arrivals, minutes, workers) = (Arguments.Number(arguments, "--arrivals", 20), Arguments.Number(arguments, "--minutes", 30), Arguments.Number(arguments, "--workers", 16));
        var waiting = arrivals * 60 * minutes;
        await using var database = await BenchDatabase.CreateAsync(Arguments.Text(arguments, "--db", "sqlite"));
        var databases = await database.OpenAsync();
        await StoreAsync(databases, 0, waiting, "late");
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true) / 1_000_000;
        using var stop = new CancellationTokenSource();
        var arriving = ArriveAsync(databases, arrivals, stop.Token);
        var took = await DrainAsync(databases, waiting, workers, 8, stop.Token);
        await stop.CancelAsync();
        var more = await arriving;
        var after = GC.GetTotalMemory(forceFullCollection: true) / 1_000_000;
        var rate = Math.Round(waiting / took.TotalSeconds);
        var figures = new
        {
            database = database.Kind, synced = await database.SyncsAsync(), outage_minutes = minutes, arrivals_per_second = arrivals, waiting, arrived_meanwhile = more,
            seconds = Math.Round(took.TotalSeconds, 1), drained_per_second = rate, times_arrival = Math.Round(rate / arrivals, 1),
            memory_before_mb = before, memory_after_mb = after, target_times_arrival = TargetTimes,
        };
        Report.Table(
            $"Backlog of {minutes} minutes at {arrivals}/s on {figures.database} (flushed to disk: {figures.synced}), tasks whose work takes no time",
            ["", "value"],
            [["drained/s", rate], ["times arrival", figures.times_arrival], ["target", TargetTimes], ["memory before/after MB", $"{before}/{after}"]]);
        return await Report.FinishAsync(figures.times_arrival >= TargetTimes, figures, Report.FileOf(arguments));
    }

    private static async Task<TimeSpan> CycleAsync(CopilotDbFactory databases, int tasks, int workers, string name)
    {
        var next = -1;
        var ended = 0;
        var leases = new TaskLeases(databases, new TaskSettings(), new NodeName("bench"), TimeProvider.System);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
        {
            while (Volatile.Read(ref ended) < tasks)
            {
                if (Interlocked.Increment(ref next) is var i && i < tasks)
                {
                    await StoreAsync(databases, i, 1, name);
                }

                if (await leases.TakeNextAsync(Tenant, CancellationToken.None) is { } task && await leases.CompleteAsync(Tenant, task, "{}", CancellationToken.None))
                {
                    Interlocked.Increment(ref ended);
                }
            }
        })));
        return clock.Elapsed;
    }

    private static async Task<TimeSpan> DrainAsync(CopilotDbFactory databases, int tasks, int workers, int most, CancellationToken cancellationToken)
    {
        var ended = 0;
        var leases = new TaskLeases(databases, new TaskSettings(), new NodeName("bench"), TimeProvider.System);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
        {
            while (Volatile.Read(ref ended) < tasks && !cancellationToken.IsCancellationRequested)
            {
                foreach (var task in await leases.TakeAsync(Tenant, most, CancellationToken.None))
                {
                    if (await leases.CompleteAsync(Tenant, task, "{}", CancellationToken.None))
                    {
                        Interlocked.Increment(ref ended);
                    }
                }
            }
        }, CancellationToken.None)));
        return clock.Elapsed;
    }

    private static async Task<int> ArriveAsync(CopilotDbFactory databases, int perSecond, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var stored = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                await StoreAsync(databases, stored, perSecond, "now");
                stored += perSecond;
            }
        }
        catch (OperationCanceledException)
        {
            // The backlog is gone.
        }

        return stored;
    }

    private static async Task StoreAsync(CopilotDbFactory databases, int from, int count, string name)
    {
        foreach (var part in Enumerable.Range(from, count).Chunk(1000))
        {
            await using var db = databases.Open(Tenant);
            db.Tasks.AddRange(part.Select(i => new TaskRow
            {
                TenantId = Tenant.Id,
                Id = $"task_{name}{i}",
                Kind = TaskKinds.Webhook,
                Status = TaskStates.Queued,
                ConversationId = $"conv_{name}{i}",
                RequestedBy = "automation",
                Playbook = "payment_failed",
                Lane = $"cus_{name}{i % 5000}",
                Cause = $"payment_failed/in_{name}{i}",
                Input = """{"EventType":"invoice.payment_failed","ObjectId":"in_1"}""",
                AvailableAt = TaskLeases.AtOnce,
                CreatedAt = TimeProvider.System.GetUtcNow(),
            }));
            await db.SaveChangesAsync();
        }
    }
}
