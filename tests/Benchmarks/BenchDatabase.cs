using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Postgres;
using BillingCopilot.Storage.Sqlite;
using Npgsql;

namespace BillingCopilot.Benchmarks;

/// <summary>An empty database for one benchmark: a SQLite file, or one on the server that <c>BILLINGCOPILOT_TEST_POSTGRES</c> names.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    private const string Variable = "BILLINGCOPILOT_TEST_POSTGRES";
    private readonly string? _server;
    private readonly string _name = $"bench_{Environment.ProcessId}";

    private BenchDatabase(string? server) => _server = server;

    /// <summary>For whatever else the benchmark keeps; it goes with the database.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("billingcopilot-bench-").FullName;

    public string Kind => _server is null ? "sqlite" : "postgres";

    public static async Task<BenchDatabase> CreateAsync(string kind)
    {
        var server = kind == "postgres"
            ? Environment.GetEnvironmentVariable(Variable) ?? throw new InvalidOperationException($"--db postgres needs {Variable}: a connection string that may create databases.")
            : null;
        var database = new BenchDatabase(server);
        await database.RunAsync($"CREATE DATABASE {database._name}");
        return database;
    }

    public void Fill(DatabaseSettings settings)
    {
        settings.Provider = Kind;
        settings.Path = Path.Combine(Folder, "copilot.db");
        settings.ConnectionString = _server is null ? null : Connection;
    }

    public async Task<CopilotDbFactory> OpenAsync()
    {
        CopilotDbFactory factory = _server is null
            ? new SqliteCopilotDbFactory(new StorageOptions { Path = Path.Combine(Folder, "copilot.db") })
            : new PostgresCopilotDbFactory(new StorageOptions { Provider = "postgres", ConnectionString = Connection });
        await factory.MigrateAsync(CancellationToken.None);
        return factory;
    }

    /// <summary>Whether a commit waits for the disk; SQLite is opened with synchronous=FULL.</summary>
    public async Task<bool> SyncsAsync()
    {
        if (_server is null)
        {
            return true;
        }

        await using var connection = new NpgsqlConnection(_server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT current_setting('fsync') || current_setting('synchronous_commit')", connection);
        return (string?)await command.ExecuteScalarAsync() == "onon";
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        await RunAsync($"DROP DATABASE {_name} WITH (FORCE)");
        Directory.Delete(Folder, recursive: true);
    }

    private string Connection => new NpgsqlConnectionStringBuilder(_server) { Database = _name, MaxPoolSize = 50 }.ConnectionString;

    private async Task RunAsync(string sql)
    {
        if (_server is null)
        {
            return;
        }

        await using var connection = new NpgsqlConnection(_server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
