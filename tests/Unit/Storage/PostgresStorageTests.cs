using BillingCopilot.Storage;
using BillingCopilot.Storage.Postgres;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Storage;

/// <summary>A database of its own for each test, on the server that the environment names.</summary>
public sealed class PostgresStorageTests : StorageContract
{
    private TestDatabase? _database;

    public override async Task DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [PostgresTheory]
    [MemberData(nameof(Names))]
    public Task Postgres_Keeps(string promise) => KeepAsync(promise);

    [PostgresFact]
    public async Task Audit_Truncate_IsRefusedByTheDatabase()
    {
        await SaveAsync(Audit());
        await using var db = Factory.Open(Lumen);

        (await Should.ThrowAsync<PostgresException>(() => db.Database.ExecuteSqlAsync($"TRUNCATE audit"))).Message.ShouldContain("append-only");
    }

    protected override async Task<CopilotDbFactory> CreateAsync()
    {
        _database = await TestPostgres.CreateAsync();
        return new PostgresCopilotDbFactory(_database.Options);
    }
}
