using System.Diagnostics;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Benchmarks;

/// <summary>
/// <c>tasks [--db sqlite|postgres] [--tasks 10000] [--workers 32] [--clients 64]</c>: the whole cycle of a task whose work
/// takes no time, by the code that does it: an event is accepted with its task, a worker with so many places takes it, and
/// ends it. Each step waits for a commit that is flushed to the disk; steps of the same moment share it. Besides, the same
/// for one task after the other, which shares nothing.
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
        var (tasks, workers, clients) = (Arguments.Number(arguments, "--tasks", 10_000), Arguments.Number(arguments, "--workers", 32), Arguments.Number(arguments, "--clients", 64));
        await using var database = await BenchDatabase.CreateAsync(Arguments.Text(arguments, "--db", "sqlite"));
        var databases = await database.OpenAsync();
        await CycleAsync(databases, 5000, workers, clients, "warm");
        var before = Memory();
        var together = await CycleAsync(databases, tasks, workers, clients, "many");
        var after = Memory();
        var alone = await CycleAsync(databases, 200, 1, 1, "alone");
        var figures = new
        {
            database = database.Kind, synced = await database.SyncsAsync(), tasks, workers, clients,
            cycles_per_second = Math.Round(tasks / together.TotalSeconds),
            one_after_the_other_ms = Math.Round(alone.TotalMilliseconds / 200, 1),
            memory_before_mb = before, memory_after_mb = after,
            target_cycles_per_second = TargetPerSecond,
        };
        Report.Table(
            $"Task cycles on {figures.database} (flushed to disk: {figures.synced}), {workers} places, {clients} clients, {tasks} tasks",
            ["", "value"],
            [["accepted, taken and ended, tasks/s", figures.cycles_per_second], ["target", TargetPerSecond], ["one after the other, ms each", figures.one_after_the_other_ms], ["memory before/after MB", $"{before}/{after}"]]);
        return await Report.FinishAsync(figures.cycles_per_second >= TargetPerSecond, figures, Report.FileOf(arguments));
    }

    public static async Task<int> BacklogAsync(string[] arguments)
    {
        var (arrivals, minutes, workers) = (Arguments.Number(arguments, "--arrivals", 20), Arguments.Number(arguments, "--minutes", 30), Arguments.Number(arguments, "--workers", 32));
        var waiting = arrivals * 60 * minutes;
        await using var database = await BenchDatabase.CreateAsync(Arguments.Text(arguments, "--db", "sqlite"));
        var databases = await database.OpenAsync();
        await StoreAsync(databases, 0, waiting, "late");
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true) / 1_000_000;
        using var stop = new CancellationTokenSource();
        var arriving = ArriveAsync(databases, arrivals, stop.Token);
        var took = await DrainAsync(databases, waiting, workers);
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

    private static async Task<TimeSpan> CycleAsync(CopilotDbFactory databases, int tasks, int workers, int clients, string name)
    {
        var signal = new TaskSignal();
        var intake = new EventIntake(
            databases, new TaskIntake(databases, TimeProvider.System, new IdSource(), Playbooks(), new TaskSettings(), new NodeName("bench"), new BusinessClock(TimeProvider.System)), signal, TimeProvider.System);
        var next = -1;
        var clock = Stopwatch.StartNew();
        var worker = WorkAsync(databases, tasks, workers, signal);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var i && i < tasks)
            {
                await intake.AcceptAsync(Tenant, new VerifiedEvent($"evt_{name}{i}", "invoice.payment_failed", Tenant.Account, $"in_{name}{i}", "{}") { About = new EventCause($"in_{name}{i}") { Customer = $"cus_{name}{i % 5000}" } }, CancellationToken.None);
                if (clients == 1)
                {
                    // The next one comes when this one is over.
                    while (await LeftAsync(databases) > 0)
                    {
                        await Task.Yield();
                    }
                }
            }
        })));
        await worker;
        return clock.Elapsed;
    }

    private static async Task<int> LeftAsync(CopilotDbFactory databases)
    {
        await using var db = databases.Open(Tenant);
        return await db.Tasks.CountAsync(t => t.Status == TaskStates.Queued || t.Status == TaskStates.Running);
    }

    private static Task<TimeSpan> DrainAsync(CopilotDbFactory databases, int tasks, int workers) => WorkAsync(databases, tasks, workers, new TaskSignal());

    /// <summary>The worker's loop: as many at once as it has places, each ended by itself.</summary>
    private static async Task<TimeSpan> WorkAsync(CopilotDbFactory databases, int tasks, int workers, TaskSignal signal)
    {
        var leases = new TaskLeases(databases, new TaskSettings(), new NodeName("bench"), TimeProvider.System);
        var (ended, running) = (0, 0);
        var clock = Stopwatch.StartNew();
        while (Volatile.Read(ref ended) < tasks)
        {
            var free = workers - Volatile.Read(ref running);
            var taken = free > 0 ? await leases.TakeAsync(Tenant, free, CancellationToken.None) : [];
            foreach (var task in taken)
            {
                Interlocked.Increment(ref running);
                _ = Task.Run(async () =>
                {
                    if (await leases.CompleteAsync(Tenant, task, "{}", CancellationToken.None))
                    {
                        Interlocked.Increment(ref ended);
                    }

                    Interlocked.Decrement(ref running);
                    signal.Raise();
                });
            }

            if (taken.Count < free || free == 0)
            {
                await signal.WaitAsync(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
            }
        }

        return clock.Elapsed;
    }

    private static PlaybookRegistry Playbooks() => PlaybookRegistry.Load(Path.Combine(AppContext.BaseDirectory, "prompts"), ["collections", "support"]);

    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true) / 1_000_000;

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
            await using var transaction = await db.BeginAsync(CancellationToken.None);
            await db.InsertAsync<TaskRow>([.. part.Select(i => new TaskRow
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
            })], CancellationToken.None);
            await transaction.CommitAsync();
        }
    }
}
