using Npgsql;
using Xunit;

namespace BillingCopilot.Unit.Storage;

/// <summary>The PostgreSQL server that tests may use, when there is one.</summary>
internal static class TestPostgres
{
    public const string Variable = "BILLINGCOPILOT_TEST_POSTGRES";

    public static string? ConnectionString { get; } = Environment.GetEnvironmentVariable(Variable);

    public static string? SkipReason => ConnectionString is null ? $"Set {Variable} to a connection string that may create databases." : null;

    public static async Task RunAsync(string server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
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
