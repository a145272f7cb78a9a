using BillingCopilot.Agents.Prompts;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

/// <summary>Intake, worker and schedules through a locked database, a full disk, and clocks that step: nothing is lost, and nothing is done twice.</summary>
public sealed class HardTimesTests : IDisposable
{
    private static readonly TenantContext Berlin = new("lumen", "acct_1", false, "Europe/Berlin");
    private readonly string _folder = Directory.CreateTempSubdirectory("hard-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 27, 12, 0, 0, TimeSpan.Zero));

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary><c>BILLINGCOPILOT_LOCK_SECONDS=60</c> makes the lock as long as that.</summary>
    [Fact]
    public async Task Locked_NeitherEventNorTaskNorDueTimeIsLost()
    {
        var parts = await PartsAsync(Path.Combine(_folder, "copilot.db"));
        await parts.Scheduler.LookAsync(Berlin, first: false, default);
        (await parts.AcceptAsync("evt_1")).ShouldBeTrue();
        var held = (await parts.Leases.TakeNextAsync(Berlin, default))!;
        _time.Advance(TimeSpan.FromDays(1));
        await using (var other = new SqliteConnection($"Data Source={Path.Combine(_folder, "copilot.db")}"))
        {
            await other.OpenAsync();
            await using var hold = other.BeginTransaction(deferred: false);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            do
            {
                await Should.ThrowAsync<SqliteException>(() => parts.AcceptAsync("evt_2"));
                await Should.ThrowAsync<SqliteException>(() => parts.Leases.TakeNextAsync(Berlin, default));
                await Should.ThrowAsync<SqliteException>(() => parts.Leases.CompleteAsync(Berlin, held, "{}", default));
                await Should.ThrowAsync<Exception>(() => parts.Scheduler.LookAsync(Berlin, first: false, default));
            }
            while (clock.Elapsed < TimeSpan.FromSeconds(LockSeconds));
        }

        await GoesOnAsync(parts, held, ["evt_2"]);
    }

    [TmpfsFact]
    public async Task FullDisk_NeitherEventNorTaskNorDueTimeIsLost()
    {
        var disk = Directory.CreateDirectory(Path.Combine(_folder, "disk")).FullName;
        TmpfsFactAttribute.Run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk).ShouldBeTrue();
        try
        {
            var parts = await PartsAsync(Path.Combine(disk, "copilot.db"));
            await parts.Scheduler.LookAsync(Berlin, first: false, default);
            (await parts.AcceptAsync("evt_1")).ShouldBeTrue();
            var held = (await parts.Leases.TakeNextAsync(Berlin, default))!;
            _time.Advance(TimeSpan.FromDays(1));
            await File.WriteAllBytesAsync(Path.Combine(disk, "rest"), new byte[Math.Max(0, new DriveInfo(disk).AvailableFreeSpace - 4096)]);
            var refused = new List<string>();
            for (var i = 2; i < 40; i++)
            {
                await RefusedAsync(async () => await parts.AcceptAsync($"evt_{i}"), () => refused.Add($"evt_{i}"));
            }

            refused.ShouldNotBeEmpty();
            await RefusedAsync(() => parts.Scheduler.LookAsync(Berlin, first: false, default), () => { });
            var ended = true;
            await RefusedAsync(() => parts.Leases.CompleteAsync(Berlin, held, "{}", default), () => ended = false);
            TmpfsFactAttribute.Run("mount", "-o", "remount,size=64m", disk).ShouldBeTrue();

            await GoesOnAsync(parts, ended ? null : held, refused);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            TmpfsFactAttribute.Run("umount", "-l", disk);
        }
    }

    [Theory]
    [InlineData(26)]
    [InlineData(-26)]
    public async Task ClockThatSteps_RunsEachDueTimeOnce(int hours)
    {
        var parts = await PartsAsync(Path.Combine(_folder, "copilot.db"));
        await parts.Scheduler.LookAsync(Berlin, first: false, default);
        await DayAsync(parts);
        (await parts.AcceptAsync("evt_1")).ShouldBeTrue();
        var clock = new MovedClock(_time);
        var stepped = await PartsAsync(Path.Combine(_folder, "copilot.db"), clock);
        clock.By = TimeSpan.FromHours(hours);
        await stepped.Scheduler.LookAsync(Berlin, first: false, default);
        (await stepped.AcceptAsync("evt_2")).ShouldBeTrue();
        clock.By = TimeSpan.Zero;
        await DayAsync(stepped);
        await DayAsync(stepped);

        await using var db = parts.Databases.Open(Berlin);
        var due = await db.ScheduleRuns.Where(r => r.Schedule == "daily").Select(r => r.DueAt).OrderBy(d => d).ToListAsync();
        due.Select(d => d.ToString("dd HH", System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(["28 05", "29 04", "30 04"]);
        (await parts.Leases.TakeAsync(Berlin, 50, default)).Count.ShouldBe(await db.Tasks.CountAsync(), "whatever any clock said, all are due");
    }

    [Theory]
    [InlineData("2026-03-28T12:00:00Z", "29 01:00")]
    [InlineData("2026-10-24T12:00:00Z", "25 00:30")]
    public async Task HourThatIsLeftOutOrComesTwice_RunsOnce(string from, string expected)
    {
        _time.SetUtcNow(DateTimeOffset.Parse(from, System.Globalization.CultureInfo.InvariantCulture));
        var parts = await PartsAsync(Path.Combine(_folder, "copilot.db"), cron: "30 2 * * *");
        for (var look = 0; look < 24; look++)
        {
            await parts.Scheduler.LookAsync(Berlin, first: false, default);
            _time.Advance(TimeSpan.FromHours(1));
        }

        await using var db = parts.Databases.Open(Berlin);
        (await db.ScheduleRuns.Where(r => r.Schedule == "daily").Select(r => r.DueAt).ToListAsync())
            .Select(d => d.ToString("dd HH:mm", System.Globalization.CultureInfo.InvariantCulture)).ShouldBe([expected]);
    }

    private static int LockSeconds => int.TryParse(Environment.GetEnvironmentVariable("BILLINGCOPILOT_LOCK_SECONDS"), out var asked) ? asked : 0;

    private async Task DayAsync(Parts parts)
    {
        _time.Advance(TimeSpan.FromDays(1));
        await parts.Scheduler.LookAsync(Berlin, first: false, default);
    }

    /// <summary>With the database back: what was refused is delivered again, what was held is ended, what was due is made.</summary>
    private static async Task GoesOnAsync(Parts parts, BillingCopilot.Storage.Rows.TaskRow? held, IReadOnlyList<string> refused)
    {
        foreach (var id in refused)
        {
            (await parts.AcceptAsync(id)).ShouldBeTrue(id);
        }

        if (held is not null)
        {
            (await parts.Leases.CompleteAsync(Berlin, held, "{}", default)).ShouldBeTrue();
        }

        await parts.Scheduler.LookAsync(Berlin, first: false, default);
        await parts.Scheduler.LookAsync(Berlin, first: false, default);
        while (await parts.Leases.TakeNextAsync(Berlin, default) is { } task)
        {
            (await parts.Leases.CompleteAsync(Berlin, task, "{}", default)).ShouldBeTrue();
        }

        await using var db = parts.Databases.Open(Berlin);
        (await db.Tasks.CountAsync(t => t.Status != TaskStates.Done)).ShouldBe(0);
        (await db.Inbox.CountAsync(e => e.TaskId == null)).ShouldBe(0);
        (await db.ScheduleRuns.CountAsync(r => r.Schedule == "daily")).ShouldBe(1);
        (await db.Tasks.CountAsync()).ShouldBe(await db.Inbox.CountAsync() + await db.ScheduleRuns.CountAsync(), "a task for each event and each due time");
    }

    private static async Task RefusedAsync(Func<Task> work, Action refused)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is SqliteException or DbUpdateException)
        {
            refused();
        }
    }

    private async Task<Parts> PartsAsync(string path, TimeProvider? clock = null, string cron = "0 6 * * *")
    {
        var prompts = Directory.CreateDirectory(Path.Combine(_folder, "prompts", "playbooks")).FullName;
        await File.WriteAllTextAsync(Path.Combine(prompts, "failed.md"), "---\nname: failed\nevents: [invoice.payment_failed]\nagent: collections\nphase: assisted\nguard: [invoice_open]\n---\nDo.\n");
        await File.WriteAllTextAsync(Path.Combine(prompts, "daily.md"), $"---\nname: daily\nschedule: {cron}\nmissed: all\nagent: collections\nphase: read_only\nguard: []\n---\nDo.\n");
        var databases = new SqliteCopilotDbFactory(new StorageOptions { Path = path, BusyTimeout = TimeSpan.FromMilliseconds(200) });
        await databases.MigrateAsync(default);
        var (settings, signal, time) = (new TaskSettings { CatchUp = "0 0 1 1 *" }, new TaskSignal(), clock ?? _time);
        var playbooks = PlaybookRegistry.Load(Path.Combine(_folder, "prompts"), ["collections"]);
        var intake = new TaskIntake(databases, time, new IdSource(), playbooks, settings, new NodeName("a"), new BusinessClock(time));
        return new Parts(
            databases,
            new EventIntake(databases, intake, signal, time),
            new TaskLeases(databases, settings, new NodeName("a")),
            new Scheduler(null!, new Schedules(playbooks, settings), databases, intake, new BusinessClock(time), null!, signal, settings, time, NullLogger<Scheduler>.Instance));
    }

    private sealed record Parts(CopilotDbFactory Databases, EventIntake Intake, TaskLeases Leases, Scheduler Scheduler)
    {
        public Task<bool> AcceptAsync(string id) =>
            Intake.AcceptAsync(Berlin, new VerifiedEvent(id, "invoice.payment_failed", "acct_1", "in_" + id, new string('x', 40_000)) { About = new EventCause("in_" + id) }, default);
    }

    private sealed class MovedClock(TimeProvider inner) : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + By;
    }
}
