using BillingCopilot.Bot.Tasks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Storage;

/// <summary>What both providers promise. Each provider's tests run all of it; they can't inherit it, since one of them may be skipped.</summary>
public abstract class StorageContract : IAsyncLifetime
{
    private static readonly Dictionary<string, Func<StorageContract, Task>> Promises = new()
    {
        [nameof(Migrate_Twice_ChangesNothing)] = s => s.Migrate_Twice_ChangesNothing(),
        [nameof(Query_OtherTenant_SeesChangesAndDeletesNothing)] = s => s.Query_OtherTenant_SeesChangesAndDeletesNothing(),
        [nameof(Save_RowOfAnotherTenant_Throws)] = s => s.Save_RowOfAnotherTenant_Throws(),
        [nameof(Instants_AreStoredAsInstantsAndCompared)] = s => s.Instants_AreStoredAsInstantsAndCompared(),
        [nameof(Read_ByValues_IsWhatAQueryReads_OfItsTenantAlone)] = s => s.Read_ByValues_IsWhatAQueryReads_OfItsTenantAlone(),
        [nameof(Save_SameKeyTwice_IsKnownAsDuplicate)] = s => s.Save_SameKeyTwice_IsKnownAsDuplicate(),
        [nameof(Audit_UpdateAndDelete_AreRefusedByTheDatabase)] = s => s.Audit_UpdateAndDelete_AreRefusedByTheDatabase(),
        [nameof(Approvals_UpdateAndDelete_AreRefusedByTheDatabase)] = s => s.Approvals_UpdateAndDelete_AreRefusedByTheDatabase(),
        [nameof(Lock_OutsideATransaction_Throws)] = s => s.Lock_OutsideATransaction_Throws(),
        [nameof(Lock_ManyAtOnce_LoseNoUpdate)] = s => s.Lock_ManyAtOnce_LoseNoUpdate(),
        [nameof(Transaction_UsedAfterItsEnd_IsAFaultOfTheDatabase)] = s => s.Transaction_UsedAfterItsEnd_IsAFaultOfTheDatabase(),
    };

    public static TheoryData<string> Names => [.. Promises.Keys];

    protected static TenantContext Lumen { get; } = new("lumen", "acct_1", false);

    private static readonly TenantContext Other = new("other", "acct_2", false);
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(2));

    protected CopilotDbFactory Factory { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Factory = await CreateAsync();
        await Factory.MigrateAsync(default);
    }

    public abstract Task DisposeAsync();

    protected abstract Task<CopilotDbFactory> CreateAsync();

    protected Task KeepAsync(string promise) => Promises[promise](this);

    private async Task Migrate_Twice_ChangesNothing()
    {
        await Factory.MigrateAsync(default);

        await using var db = Factory.Open(Lumen);
        db.Database.HasPendingModelChanges().ShouldBeFalse();
    }

    private async Task Query_OtherTenant_SeesChangesAndDeletesNothing()
    {
        await SaveAsync(Task("t1"));
        await using var db = Factory.Open(Other);

        (await db.Tasks.ToListAsync()).ShouldBeEmpty();
        (await db.Tasks.ExecuteUpdateAsync(t => t.SetProperty(r => r.Status, "done"))).ShouldBe(0);
        (await db.Tasks.ExecuteDeleteAsync()).ShouldBe(0);
    }

    /// <summary>So it shows to who writes when the server ended its connection between two statements.</summary>
    private async Task Transaction_UsedAfterItsEnd_IsAFaultOfTheDatabase()
    {
        await using var db = Factory.Open(Lumen);
        await using var transaction = await db.BeginAsync(default);
        await transaction.CommitAsync();

        var fault = await Should.ThrowAsync<InvalidOperationException>(() => transaction.CommitAsync());
        StorageFault.Is(fault).ShouldBeTrue(fault.ToString());
        TaskFaults.IsTransient(fault).ShouldBeTrue();
    }

    private async Task Save_RowOfAnotherTenant_Throws()
    {
        await using var db = Factory.Open(Other);
        db.Tasks.Add(Task("t1"));

        (await Should.ThrowAsync<InvalidOperationException>(() => db.SaveChangesAsync())).Message.ShouldContain("'lumen' can't be saved by tenant 'other'");
        Should.Throw<InvalidOperationException>(() => db.SaveChanges());
    }

    private async Task Instants_AreStoredAsInstantsAndCompared()
    {
        await SaveAsync(Task("t1"));
        await using var db = Factory.Open(Lumen);

        (await db.Tasks.SingleAsync(t => t.AvailableAt <= Noon.ToUniversalTime() && t.AvailableAt > Noon.AddMilliseconds(-1))).AvailableAt.ShouldBe(Noon);
        (await db.Tasks.AnyAsync(t => t.LeaseUntil < Noon)).ShouldBeFalse();
    }

    private async Task Read_ByValues_IsWhatAQueryReads_OfItsTenantAlone()
    {
        await SaveAsync(Task("t1"));
        await SaveAsync(Task("t2"));
        await SaveAsync(Audit());
        await using var db = Factory.Open(Lumen);
        static string Json(object? rows) => System.Text.Json.JsonSerializer.Serialize(rows);

        Json(await db.ReadAsync<TaskRow>([(nameof(TaskRow.Kind), Task("").Kind)], nameof(TaskRow.Id), default)).ShouldBe(Json(await db.Tasks.AsNoTracking().OrderBy(t => t.Id).ToListAsync()));
        Json(await db.ReadAsync<AuditRow>([], null, default)).ShouldBe(Json(await db.Audit.AsNoTracking().ToListAsync()));
        (await db.LastAsync<TaskRow>([(nameof(TaskRow.Kind), Task("").Kind)], nameof(TaskRow.Id), default))!.Id.ShouldBe("t2");
        (await db.ReadAsync<TaskRow>([(nameof(TaskRow.AvailableAt), Task("").AvailableAt)], null, default)).Count.ShouldBe(2, "a value goes in as the column stores it");
        (await db.ReadAsync<TaskRow>([(nameof(TaskRow.Id), "t3")], null, default)).ShouldBeEmpty();

        await using var others = Factory.Open(Other);
        (await others.ReadAsync<TaskRow>([], null, default)).ShouldBeEmpty();
        (await others.LastAsync<TaskRow>([], nameof(TaskRow.Id), default)).ShouldBeNull();
    }

    private async Task Save_SameKeyTwice_IsKnownAsDuplicate()
    {
        await SaveAsync(Task("t1"));

        await using var db = Factory.Open(Lumen);
        db.Tasks.Add(Task("t1"));
        var fault = await Should.ThrowAsync<DbUpdateException>(() => db.SaveChangesAsync());
        db.IsDuplicate(fault).ShouldBeTrue();
    }

    private async Task Audit_UpdateAndDelete_AreRefusedByTheDatabase()
    {
        await SaveAsync(Audit());
        await using var db = Factory.Open(Lumen);

        (await Should.ThrowAsync<Exception>(() => db.Audit.ExecuteUpdateAsync(a => a.SetProperty(r => r.Actor, "mallory")))).Message.ShouldContain("append-only");
        (await Should.ThrowAsync<Exception>(() => db.Audit.ExecuteDeleteAsync())).Message.ShouldContain("append-only");
    }

    private async Task Approvals_UpdateAndDelete_AreRefusedByTheDatabase()
    {
        await SaveAsync(new ApprovalRow { TenantId = "lumen", ProposalId = "p", Person = "frank", Role = "finance", Decision = "approved", Hash = "h", Channel = "api", At = Noon });
        await using var db = Factory.Open(Lumen);

        (await Should.ThrowAsync<Exception>(() => db.Approvals.ExecuteUpdateAsync(a => a.SetProperty(r => r.Person, "mallory")))).Message.ShouldContain("append-only");
        (await Should.ThrowAsync<Exception>(() => db.Approvals.ExecuteDeleteAsync())).Message.ShouldContain("append-only");
    }

    private async Task Lock_OutsideATransaction_Throws()
    {
        await using var db = Factory.Open(Lumen);

        await Should.ThrowAsync<InvalidOperationException>(() => db.LockAsync("audit", default));
    }

    private async Task Lock_ManyAtOnce_LoseNoUpdate()
    {
        await SaveAsync(Task("t1"));

        await System.Threading.Tasks.Task.WhenAll(Enumerable.Range(0, 20).Select(_ => System.Threading.Tasks.Task.Run(CountUpAsync)));

        await using var db = Factory.Open(Lumen);
        (await db.Tasks.SingleAsync()).Attempts.ShouldBe(20);
    }

    protected static AuditRow Audit() => new()
    {
        TenantId = "lumen", Seq = 1, At = Noon, Kind = "test", Actor = "frank", Subject = "p", Details = "{}", PreviousHash = "", Hash = "h",
    };

    protected async Task SaveAsync(ITenantRow row)
    {
        await using var db = Factory.Open(Lumen);
        db.Add(row);
        await db.SaveChangesAsync();
    }

    private async Task CountUpAsync()
    {
        await using var db = Factory.Open(Lumen);
        await using var transaction = await db.BeginAsync(default);
        await db.LockAsync("counter", default);
        (await db.Tasks.SingleAsync()).Attempts++;
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    private static TaskRow Task(string id) => new()
    {
        TenantId = "lumen", Id = id, Kind = "chat", Status = "queued", ConversationId = "c", RequestedBy = "sam", Input = "{}", AvailableAt = Noon, CreatedAt = Noon,
    };
}
