using BillingCopilot.Storage;
using BillingCopilot.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Storage;

public sealed class SqliteStorageTests : StorageContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("storage-").FullName;

    public override Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    protected override Task<CopilotDbFactory> CreateAsync() =>
        Task.FromResult<CopilotDbFactory>(new SqliteCopilotDbFactory(new StorageOptions { Path = Path.Combine(_folder, "new", "copilot.db") }));

    [Theory]
    [MemberData(nameof(Names))]
    public Task Sqlite_Keeps(string promise) => KeepAsync(promise);

    [Fact]
    public async Task Open_File_IsDurableAndWaitsForOthers()
    {
        await using var db = Factory.Open(Lumen);
        await db.Database.OpenConnectionAsync();

        (await PragmaAsync(db, "journal_mode"), await PragmaAsync(db, "synchronous"), await PragmaAsync(db, "busy_timeout")).ShouldBe(("wal", "2", "10000"));
    }

    [Fact]
    public async Task Audit_Replace_IsRefusedByTheDatabase()
    {
        await SaveAsync(Audit());
        await using var db = Factory.Open(Lumen);

        (await Should.ThrowAsync<SqliteException>(() => db.Database.ExecuteSqlAsync($"INSERT OR REPLACE INTO audit SELECT * FROM audit"))).Message.ShouldContain("append-only");
    }

    [Fact]
    public async Task Instants_AreMilliseconds()
    {
        await SaveAsync(Audit());
        await using var db = Factory.Open(Lumen);

        (await db.Database.SqlQuery<long>($"SELECT at AS Value FROM audit").SingleAsync()).ShouldBe(1772359200000);
    }

    [Fact]
    public async Task Migrate_AfterAKillDuringMigration_GoesOn()
    {
        await using var db = Factory.Open(Lumen);
        await db.Database.ExecuteSqlRawAsync("""DELETE FROM "__EFMigrationsHistory"; DROP TABLE inbox_events; DROP TABLE tasks; DROP TABLE steps; DROP TABLE conversations; DROP TABLE messages; DROP TABLE handles; DROP TABLE prompt_versions; DROP TABLE proposals; DROP TABLE approvals; DROP TABLE executions; DROP TABLE audit; DROP TABLE audit_contents; DROP TABLE batches; DROP TABLE breakers; DROP TABLE kill_switches; DROP TABLE standing_approvals; DROP TABLE subject_keys; DROP TABLE schedule_runs; DROP TABLE stream_events; DROP TABLE protection_keys; DROP TABLE rate_buckets; DROP TABLE tickets; DROP TABLE notes; DROP TABLE mails; DROP TABLE crm_accounts;""");
        await db.Database.ExecuteSqlRawAsync("""CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER PRIMARY KEY, "Timestamp" TEXT NOT NULL); INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00+00:00')""");

        await Factory.MigrateAsync(default).WaitAsync(TimeSpan.FromSeconds(20));

        (await db.Tasks.CountAsync()).ShouldBe(0);
    }

    private static async Task<string> PragmaAsync(CopilotDb db, string name)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "PRAGMA " + name;
        return (await command.ExecuteScalarAsync())!.ToString()!;
    }
}
