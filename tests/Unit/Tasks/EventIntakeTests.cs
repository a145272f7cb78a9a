using BillingCopilot.Agents.Prompts;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

public sealed class EventIntakeTests : IAsyncLifetime
{
    private static readonly TenantContext Lumen = new("lumen", "acct_1", false);
    private readonly string _folder = Directory.CreateTempSubdirectory("intake-").FullName;
    private readonly SqliteCopilotDbFactory _databases;
    private readonly EventIntake _intake;

    public EventIntakeTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "prompts", "playbooks"));
        File.WriteAllText(Path.Combine(_folder, "prompts", "playbooks", "failed.md"), "---\nname: failed\nevents: [invoice.payment_failed]\nagent: collections\nphase: assisted\nguard: [invoice_open]\n---\nDo.\n");
        _databases = new SqliteCopilotDbFactory(new StorageOptions { Path = File_, BusyTimeout = TimeSpan.FromMilliseconds(200) });
        var tasks = new TaskIntake(_databases, TimeProvider.System, new IdSource(), PlaybookRegistry.Load(Path.Combine(_folder, "prompts"), ["collections"]), new TaskSettings(), new NodeName("a"), new BusinessClock(TimeProvider.System));
        _intake = new EventIntake(_databases, tasks, new TaskSignal(), TimeProvider.System);
    }

    private string File_ => Path.Combine(_folder, "copilot.db");

    public Task InitializeAsync() => _databases.MigrateAsync(default);

    public Task DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Accept_ManyAtOnceWithTwins_StoresEachOnceWithItsTask()
    {
        var arrivals = Enumerable.Range(0, 600).Select(i => Event($"evt_{i % 200}", i % 2 == 0 ? "invoice.payment_failed" : "customer.updated", $"in_{i % 200}")).ToList();
        var stored = await Task.WhenAll(arrivals.Select(e => Task.Run(() => _intake.AcceptAsync(Lumen, e, default))));

        stored.Count(s => s).ShouldBe(200);
        await using var db = _databases.Open(Lumen);
        (await db.Inbox.CountAsync(), await db.Tasks.CountAsync()).ShouldBe((200, 100));
    }

    [Fact]
    public async Task Accept_SameIdOfTwoAccounts_AreTwoEventsAndOnlyTheOwnOneIsWorkedOn()
    {
        (await _intake.AcceptAsync(Lumen, Event("evt_1", "invoice.payment_failed"), default)).ShouldBeTrue();
        (await _intake.AcceptAsync(Lumen, Event("evt_1", "invoice.payment_failed") with { Account = "acct_connected" }, default)).ShouldBeTrue();
        (await _intake.AcceptAsync(Lumen, Event("evt_1", "invoice.payment_failed"), default)).ShouldBeFalse();
        await using var db = _databases.Open(Lumen);
        (await db.Inbox.CountAsync(), await db.Tasks.CountAsync()).ShouldBe((2, 1));
    }

    [Fact]
    public async Task Accept_LockedDatabase_ThrowsForAllAndStoresNothing_ThenGoesOn()
    {
        await using (var other = new SqliteConnection($"Data Source={File_}"))
        {
            await other.OpenAsync();
            await using var hold = other.BeginTransaction(deferred: false);
            var refused = Enumerable.Range(0, 20).Select(i => Should.ThrowAsync<SqliteException>(() => _intake.AcceptAsync(Lumen, Event($"evt_{i}", "x"), default)));
            await Task.WhenAll(refused).WaitAsync(TimeSpan.FromSeconds(60));
        }

        (await _intake.AcceptAsync(Lumen, Event("evt_0", "x"), default)).ShouldBeTrue();
        await using var db = _databases.Open(Lumen);
        (await db.Inbox.CountAsync()).ShouldBe(1);
    }

    /// <summary><c>BILLINGCOPILOT_LOCK_SECONDS=60</c> makes the lock as long as that.</summary>
    [Fact]
    public async Task Accept_WhileTheDatabaseIsLockedForLong_RefusesAndLosesNothing()
    {
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("BILLINGCOPILOT_LOCK_SECONDS"), out var asked) ? asked : 2;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var refused = new List<string>();
        await using (var other = new SqliteConnection($"Data Source={File_}"))
        {
            await other.OpenAsync();
            await using var hold = other.BeginTransaction(deferred: false);
            while (clock.Elapsed < TimeSpan.FromSeconds(seconds))
            {
                var ids = Enumerable.Range(refused.Count, 50).Select(i => $"evt_{i}").ToList();
                await Task.WhenAll(ids.Select(id => Should.ThrowAsync<SqliteException>(() => _intake.AcceptAsync(Lumen, Event(id, "x"), default))));
                refused.AddRange(ids);
            }
        }

        (await Task.WhenAll(refused.Select(id => _intake.AcceptAsync(Lumen, Event(id, "x"), default)))).ShouldAllBe(stored => stored);
        await using var db = _databases.Open(Lumen);
        (await db.Inbox.CountAsync()).ShouldBe(refused.Count);
    }

    [Fact]
    public async Task Accept_FullDatabase_ThrowsAndStoresNothing()
    {
        // SQLite answers a full disk and a reached page limit with the same code (SQLITE_FULL).
        var limited = new SqliteCopilotDbFactory(new StorageOptions { Path = File_, MostPages = 80 });
        var tasks = new TaskIntake(limited, TimeProvider.System, new IdSource(), PlaybookRegistry.Load(Path.Combine(_folder, "prompts"), ["collections"]), new TaskSettings(), new NodeName("a"), new BusinessClock(TimeProvider.System));
        var intake = new EventIntake(limited, tasks, new TaskSignal(), TimeProvider.System);
        var big = Event("evt_big", "x") with { Payload = new string('x', 900_000) };

        (await Should.ThrowAsync<SqliteException>(() => intake.AcceptAsync(Lumen, big, default))).SqliteErrorCode.ShouldBe(13);

        (await intake.AcceptAsync(Lumen, Event("evt_small", "x"), default)).ShouldBeTrue();
        await using var db = _databases.Open(Lumen);
        (await db.Inbox.Select(e => e.EventId).ToListAsync()).ShouldBe(["evt_small"]);
    }

    [Fact]
    public async Task Accept_MoreThanMayWait_IsRefusedAtOnce()
    {
        await using var other = new SqliteConnection($"Data Source={File_}");
        await other.OpenAsync();
        await using var hold = other.BeginTransaction(deferred: false);
        var payload = new string('x', 1_000_000);
        var all = Enumerable.Range(0, 60).Select(i => _intake.AcceptAsync(Lumen, Event($"evt_{i}", "x") with { Payload = payload }, default)).ToList();
        var faults = new List<Exception>();
        foreach (var one in all)
        {
            faults.Add(await Should.ThrowAsync<Exception>(() => one));
        }

        faults.Count(f => f is IntakeFullException).ShouldBeGreaterThanOrEqualTo(60 - (int)(EventIntake.MostWaiting / payload.Length));
    }

    [Fact]
    public async Task Accept_TwinsAboutOneCause_ShareATask()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => _intake.AcceptAsync(Lumen, Event($"evt_{i}", "invoice.payment_failed"), default))));

        await using var db = _databases.Open(Lumen);
        var tasks = await db.Tasks.ToListAsync();
        (tasks.Single().Lane, tasks.Single().Cause).ShouldBe(("cus_1", "failed/in_1"));
        (await db.Inbox.CountAsync(e => e.TaskId == tasks.Single().Id)).ShouldBe(20);
    }

    private static VerifiedEvent Event(string id, string type, string about = "in_1") =>
        new(id, type, "acct_1", about, "{}") { About = new EventCause(about) { Customer = "cus_1" } };
}
