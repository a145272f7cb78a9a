using BillingCopilot.Storage;
using Npgsql;
using Xunit;

namespace BillingCopilot.Unit.Storage;

/// <summary>The PostgreSQL server that tests may use, when there is one.</summary>
internal static class TestPostgres
{
    public const string Variable = "BILLINGCOPILOT_TEST_POSTGRES";

    public static string? ConnectionString { get; } = Environment.GetEnvironmentVariable(Variable);

    public static string? SkipReason => ConnectionString is null ? $"Set {Variable} to a connection string that may create databases." : null;

    /// <summary>Makes an empty database; disposing what it returns drops it.</summary>
    public static async Task<TestDatabase> CreateAsync()
    {
        var name = "copilot_" + Guid.NewGuid().ToString("N");
        await RunAsync(ConnectionString!, $"CREATE DATABASE {name}");
        return new TestDatabase(name);
    }

    public static async Task RunAsync(string server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

internal sealed class TestDatabase(string name) : IAsyncDisposable
{
    public StorageOptions Options { get; } = new()
    {
        Provider = "postgres",
        ConnectionString = new NpgsqlConnectionStringBuilder(TestPostgres.ConnectionString) { Database = name }.ToString(),
    };

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await TestPostgres.RunAsync(TestPostgres.ConnectionString!, $"DROP DATABASE {name} WITH (FORCE)");
    }
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = TestPostgres.SkipReason;
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresTheoryAttribute : TheoryAttribute
{
    public PostgresTheoryAttribute() => Skip = TestPostgres.SkipReason;
}
