using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace BillingCopilot.Storage.Postgres;

/// <summary>Opens the PostgreSQL database.</summary>
public sealed class PostgresCopilotDbFactory : CopilotDbFactory, IDesignTimeDbContextFactory<PostgresCopilotDb>
{
    /// <summary>Channel on which nodes tell each other.</summary>
    internal const string Channel = "billingcopilot";

    private readonly DbContextOptions<PostgresCopilotDb> _options;
    private readonly Failpoints? _failpoints;
    private readonly string _connection;

    /// <summary>For the migrations tool, which reads the model and connects to nothing.</summary>
    public PostgresCopilotDbFactory()
        : this(new StorageOptions { Provider = "postgres", ConnectionString = "Host=127.0.0.1;Database=copilot" })
    {
    }

    public PostgresCopilotDbFactory(StorageOptions options)
    {
        _connection = options.ConnectionString!;
        var prepared = new NpgsqlConnectionStringBuilder(_connection);
        if (prepared.MaxAutoPrepare == 0)
        {
            // The same few statements come again and again: the server parses them once a connection.
            prepared.MaxAutoPrepare = 100;
            prepared.AutoPrepareMinUsages = 2;
        }

        // A plan that was made while a table was nearly empty reads all of it, and would be kept while it grows: plans are
        // made for what the tables hold now, which costs less than a tenth of a millisecond.
        prepared.Options ??= "-c plan_cache_mode=force_custom_plan";
        _failpoints = options.Failpoints;
        _options = WithFailpoints(new DbContextOptionsBuilder<PostgresCopilotDb>().UseNpgsql(prepared.ConnectionString), options.Failpoints);
    }

    public override bool HasSeveralNodes => true;

    public override async Task ListenAsync(Action<string> heard, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_connection) { Pooling = false, KeepAlive = 10 }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        connection.Notification += (_, told) => heard(told.Payload);
        await using (var listen = new NpgsqlCommand("LISTEN " + Channel, connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        while (true)
        {
            await connection.WaitAsync(cancellationToken);
        }
    }

    public override CopilotDb Open(TenantContext tenant) => new PostgresCopilotDb(_options, tenant) { Failpoints = _failpoints };

    public override async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var db = Open(new TenantContext("", "", false));
        await db.Database.MigrateAsync(cancellationToken);
    }

    PostgresCopilotDb IDesignTimeDbContextFactory<PostgresCopilotDb>.CreateDbContext(string[] args) => new(_options, new TenantContext("", "", false));
}
