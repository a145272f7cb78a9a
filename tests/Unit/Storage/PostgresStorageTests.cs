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
    private readonly string _name = "copilot_" + Guid.NewGuid().ToString("N");

    public override async Task DisposeAsync()
    {
        if (TestPostgres.ConnectionString is { } server)
        {
            NpgsqlConnection.ClearAllPools();
            await TestPostgres.RunAsync(server, $"DROP DATABASE {_name} WITH (FORCE)");
        }
    }

    protected override async Task<CopilotDbFactory> CreateAsync()
    {
        if (TestPostgres.ConnectionString is not { } server)
        {
            return new NoFactory();
        }

        await TestPostgres.RunAsync(server, $"CREATE DATABASE {_name}");
        var connection = new NpgsqlConnectionStringBuilder(server) { Database = _name };
        return new PostgresCopilotDbFactory(new StorageOptions { Provider = "postgres", ConnectionString = connection.ToString() });
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

    private sealed class NoFactory : CopilotDbFactory
    {
        public override CopilotDb Open(TenantContext tenant) => throw new InvalidOperationException("There is no server.");

        public override Task MigrateAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
