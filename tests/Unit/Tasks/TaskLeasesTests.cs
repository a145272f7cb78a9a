using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Postgres;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Storage.Sqlite;
using BillingCopilot.Unit.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

public sealed class TaskLeasesTests : IAsyncLifetime
{
    private static readonly TenantContext Lumen = new("lumen", "acct_1", false);
    private readonly string _folder = Directory.CreateTempSubdirectory("leases-").FullName;
    private readonly TaskSettings _settings = new();
    private CopilotDbFactory _databases = null!;
    private TaskLeases _first = null!;
    private TaskLeases _second = null!;

    public Task InitializeAsync() => UseAsync(new SqliteCopilotDbFactory(new StorageOptions { Path = Path.Combine(_folder, "copilot.db") }));

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task HolderThatLostItsHold_ChangesNothingAnyMore()
    {
        await QueueAsync("task_1");
        var old = (await _first.TakeNextAsync(Lumen, default))!;
        (await _second.TakeNextAsync(Lumen, default)).ShouldBeNull();
        await SetLeaseAsync(TimeSpan.FromSeconds(-1));

        var taken = (await _second.TakeNextAsync(Lumen, default))!;

        taken.Attempts.ShouldBe(old.Attempts + 1);
        (old.Abandoned, taken.Abandoned).ShouldBe((false, true));
        (await _first.RenewAsync(Lumen, old, default)).ShouldBeFalse();
        (await _first.CompleteAsync(Lumen, old, "old", default)).ShouldBeFalse();
        await _first.FailAsync(Lumen, old, "old", transient: true, default);
        await _first.ReleaseAsync(Lumen, old, default);
        (await _second.CompleteAsync(Lumen, taken, "new", default)).ShouldBeTrue();
        (await RowAsync()).Answer.ShouldBe("new");
    }

    [Fact]
    public async Task Renew_MovesTheEndByTheDatabasesClock()
    {
        await QueueAsync("task_1");
        var taken = (await _first.TakeNextAsync(Lumen, default))!;
        await SetLeaseAsync(TimeSpan.FromSeconds(1));

        (await _first.RenewAsync(Lumen, taken, default)).ShouldBeTrue();

        await using var db = _databases.Open(Lumen);
        ((await RowAsync()).LeaseUntil!.Value - await db.UtcNowAsync(default)).ShouldBeInRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task ClockThatWasSetBack_DoesNotKeepATaskFromBeingTaken()
    {
        await QueueAsync("task_1");
        await _first.TakeNextAsync(Lumen, default);
        await SetLeaseAsync(TimeSpan.FromHours(26));
        var taken = (await _second.TakeNextAsync(Lumen, default))!;

        await _second.FailAsync(Lumen, taken, "away", transient: true, default);
        await using (var db = _databases.Open(Lumen))
        {
            var far = await db.UtcNowAsync(default) + TimeSpan.FromHours(26);
            await db.Tasks.ExecuteUpdateAsync(s => s.SetProperty(t => t.AvailableAt, far));
        }

        (await _first.TakeNextAsync(Lumen, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Fail_Transient_IsTriedAgainLaterAndGivenUpInTheEnd()
    {
        await QueueAsync("task_1");
        for (var attempt = 1; attempt <= _settings.MaxAttempts; attempt++)
        {
            (await RowAsync()).Status.ShouldBe(TaskStates.Queued);
            var taken = (await _first.TakeNextAsync(Lumen, default))!;
            await _first.FailAsync(Lumen, taken, "HttpRequestException: away", transient: true, default);
            (await _first.TakeNextAsync(Lumen, default)).ShouldBeNull();
            await DueAsync();
        }

        (await RowAsync()).Status.ShouldBe(TaskStates.Failed);
        var letters = new DeadLetters(_databases, new TaskSignal());
        (await letters.ListAsync(Lumen, default)).Single().Cause.ShouldBe("HttpRequestException: away");

        (await letters.RedriveAsync(Lumen, "task_1", default)).ShouldBeTrue();
        (await letters.RedriveAsync(Lumen, "task_1", default)).ShouldBeFalse();
        var again = (await _first.TakeNextAsync(Lumen, default))!;
        again.Attempts.ShouldBe(_settings.MaxAttempts + 1);
        await _first.FailAsync(Lumen, again, "HttpRequestException: away", transient: true, default);
        (await RowAsync()).Status.ShouldBe(TaskStates.Queued);
    }

    [Fact]
    public async Task Fail_Defect_IsGivenUpAtOnceAndItsNeighbourGoesOn()
    {
        await QueueAsync("task_1");
        await QueueAsync("task_2");
        var poison = (await _first.TakeNextAsync(Lumen, default))!;
        await _first.FailAsync(Lumen, poison, "JsonException: no", transient: false, default);

        (await _first.TakeNextAsync(Lumen, default))!.Id.ShouldBe("task_2");
        (await new DeadLetters(_databases, new TaskSignal()).ListAsync(Lumen, default)).Single().Id.ShouldBe("task_1");
    }

    [Fact]
    public async Task Take_TaskThatEndsItsProcess_IsGivenUpAfterAllAttemptsAndItsNeighbourGoesOn()
    {
        await QueueAsync("task_1", "cus_1");
        for (var attempt = 1; attempt <= _settings.MaxAttempts; attempt++)
        {
            (await _first.TakeNextAsync(Lumen, default))!.Attempts.ShouldBe(attempt);
            await SetLeaseAsync(TimeSpan.FromSeconds(-1));
        }

        await QueueAsync("task_2", "cus_1");

        (await _second.TakeAsync(Lumen, 5, default)).Select(t => t.Id).ShouldBe(["task_2"]);
        var letters = new DeadLetters(_databases, new TaskSignal());
        var letter = (await letters.ListAsync(Lumen, default)).Single();
        (letter.Id, letter.Cause!.StartsWith("Whoever worked on it went away in each of 5 attempts", StringComparison.Ordinal)).ShouldBe(("task_1", true));

        (await letters.RedriveAsync(Lumen, "task_1", default)).ShouldBeTrue();
        await using (var db = _databases.Open(Lumen))
        {
            await db.Tasks.Where(t => t.Id == "task_2").ExecuteDeleteAsync();
        }

        (await _first.TakeNextAsync(Lumen, default))!.Id.ShouldBe("task_1");
        await SetLeaseAsync(TimeSpan.FromSeconds(-1));
        (await _second.TakeNextAsync(Lumen, default))!.Id.ShouldBe("task_1");
    }

    [Fact]
    public async Task Release_GivesTheTaskBackAtOnce()
    {
        await QueueAsync("task_1");
        var taken = (await _first.TakeNextAsync(Lumen, default))!;
        await _first.ReleaseAsync(Lumen, taken, default);
        (await _second.TakeNextAsync(Lumen, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Take_SameCustomer_OneAtATimeWhoeverLooks()
    {
        await QueueAsync("task_1", "cus_1");
        await QueueAsync("task_2", "cus_1");
        await QueueAsync("task_3", "cus_2");

        var taken = await _first.TakeAsync(Lumen, 5, default);

        taken.Select(t => t.Id).ShouldBe(["task_1", "task_3"]);
        (await _second.TakeAsync(Lumen, 5, default)).ShouldBeEmpty();
        (await _first.CompleteAsync(Lumen, taken[0], null, default)).ShouldBeTrue();
        (await _second.TakeAsync(Lumen, 5, default)).Single().Id.ShouldBe("task_2");
    }

    [Fact]
    public async Task Take_ManyAtOnceByTwoNodes_EachTaskOnceAndNeverTwoOfACustomer()
    {
        for (var i = 0; i < 40; i++)
        {
            await QueueAsync($"task_{i:00}", $"cus_{i % 8}");
        }

        var taken = new System.Collections.Concurrent.ConcurrentBag<string>();
        var running = new System.Collections.Concurrent.ConcurrentDictionary<string, string>();
        await Task.WhenAll(new[] { _first, _second, _first, _second }.Select(leases => Task.Run(async () =>
        {
            while (taken.Count < 40)
            {
                foreach (var task in await leases.TakeAsync(Lumen, 3, default))
                {
                    running.TryAdd(task.Lane!, task.Id).ShouldBeTrue();
                    taken.Add(task.Id);
                    running.TryRemove(task.Lane!, out _);
                    (await leases.CompleteAsync(Lumen, task, null, default)).ShouldBeTrue();
                }
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));

        taken.Distinct().Count().ShouldBe(40);
    }

    [PostgresFact]
    public async Task OnPostgres_TheSameHolds()
    {
        await using var database = await TestPostgres.CreateAsync();
        foreach (var promise in new Func<Task>[]
        {
            HolderThatLostItsHold_ChangesNothingAnyMore, Renew_MovesTheEndByTheDatabasesClock, ClockThatWasSetBack_DoesNotKeepATaskFromBeingTaken,
            Take_TaskThatEndsItsProcess_IsGivenUpAfterAllAttemptsAndItsNeighbourGoesOn, Fail_Transient_IsTriedAgainLaterAndGivenUpInTheEnd, Fail_Defect_IsGivenUpAtOnceAndItsNeighbourGoesOn, Release_GivesTheTaskBackAtOnce,
            Take_SameCustomer_OneAtATimeWhoeverLooks, Take_ManyAtOnceByTwoNodes_EachTaskOnceAndNeverTwoOfACustomer,
        })
        {
            await UseAsync(new PostgresCopilotDbFactory(database.Options));
            await using var db = _databases.Open(Lumen);
            await db.Tasks.ExecuteDeleteAsync();
            await promise();
        }
    }

    private async Task UseAsync(CopilotDbFactory databases)
    {
        _databases = databases;
        await _databases.MigrateAsync(default);
        (_first, _second) = (new(_databases, _settings, new NodeName("a")), new(_databases, _settings, new NodeName("b")));
    }

    private async Task QueueAsync(string id, string? lane = null)
    {
        await using var db = _databases.Open(Lumen);
        db.Tasks.Add(new TaskRow
        {
            TenantId = Lumen.Id,
            Id = id,
            Kind = TaskKinds.Webhook,
            Status = TaskStates.Queued,
            ConversationId = "conv_" + id,
            RequestedBy = "automation",
            Input = """{"EventType":"invoice.payment_failed","ObjectId":"in_1"}""",
            Lane = lane,
            AvailableAt = TaskLeases.AtOnce,
            CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(id[^1]),
        });
        await db.SaveChangesAsync();
    }

    private async Task SetLeaseAsync(TimeSpan fromNow)
    {
        await using var db = _databases.Open(Lumen);
        var until = await db.UtcNowAsync(default) + fromNow;
        await db.Tasks.ExecuteUpdateAsync(s => s.SetProperty(t => t.LeaseUntil, until));
    }

    private async Task DueAsync()
    {
        await using var db = _databases.Open(Lumen);
        await db.Tasks.ExecuteUpdateAsync(s => s.SetProperty(t => t.AvailableAt, TaskLeases.AtOnce));
    }

    private async Task<TaskRow> RowAsync()
    {
        await using var db = _databases.Open(Lumen);
        return await db.Tasks.AsNoTracking().SingleAsync();
    }
}
