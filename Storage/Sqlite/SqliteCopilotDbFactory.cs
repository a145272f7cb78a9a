using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace BillingCopilot.Storage.Sqlite;

/// <summary>Opens the SQLite file in WAL mode.</summary>
public sealed class SqliteCopilotDbFactory : CopilotDbFactory, IDesignTimeDbContextFactory<SqliteCopilotDb>
{
    // A process killed while it migrates leaves this row behind, and Entity Framework would wait for it for ever.
    private const string ForgetDeadMigration =
        """DELETE FROM "__EFMigrationsLock" WHERE datetime("Timestamp") < datetime('now', '-60 seconds')""";

    private static string? _script;

    private readonly DbContextOptions<SqliteCopilotDb> _options;
    private readonly Failpoints? _failpoints;
    private readonly string _path;

    public SqliteCopilotDbFactory()
        : this(new StorageOptions())
    {
    }

    public SqliteCopilotDbFactory(StorageOptions options)
    {
        _path = Path.GetFullPath(options.Path);
        // Microsoft.Data.Sqlite tries a busy statement again until the command's timeout, whatever SQLite's own says.
        var connection = new SqliteConnectionStringBuilder { DataSource = _path, DefaultTimeout = Math.Max(1, (int)Math.Ceiling(options.BusyTimeout.TotalSeconds)) };
        _failpoints = options.Failpoints;
        _options = WithFailpoints(new DbContextOptionsBuilder<SqliteCopilotDb>()
            .UseSqlite(connection.ToString())
            .AddInterceptors(new ConnectionPragmas(options.BusyTimeout, options.MostPages)), options.Failpoints);
    }

    public override CopilotDb Open(TenantContext tenant) => new SqliteCopilotDb(_options, tenant) { Failpoints = _failpoints };

    public override async Task MigrateAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        await using var db = Open(new TenantContext("", "", false));
        if (await CreateAsync(db, cancellationToken))
        {
            return;
        }

        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            await ForgetDeadMigrationAsync(db, cancellationToken);
            await db.Database.MigrateAsync(cancellationToken);
        }
    }

    SqliteCopilotDb IDesignTimeDbContextFactory<SqliteCopilotDb>.CreateDbContext(string[] args) => new(_options, new TenantContext("", "", false));

    /// <summary>An empty file gets all migrations in one transaction, by a script that is made once a process. False when it is not empty.</summary>
    private static async Task<bool> CreateAsync(CopilotDb db, CancellationToken cancellationToken)
    {
        if (await TablesAsync(db, cancellationToken) > 0)
        {
            return false;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken); // takes the write lock: whoever comes second sees what the first has made
        if (await TablesAsync(db, cancellationToken) > 0)
        {
            return false;
        }

        var script = LazyInitializer.EnsureInitialized(ref _script, () => db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.NoTransactions));
        await db.Database.ExecuteSqlRawAsync(script.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static Task<int> TablesAsync(CopilotDb db, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<int>($"SELECT COUNT(*) AS Value FROM sqlite_master").SingleAsync(cancellationToken);

    private static async Task ForgetDeadMigrationAsync(CopilotDb db, CancellationToken cancellationToken)
    {
        var tables = await db.Database.SqlQuery<int>($"SELECT COUNT(*) AS Value FROM sqlite_master WHERE name = '__EFMigrationsLock'").SingleAsync(cancellationToken);
        if (tables > 0)
        {
            await db.Database.ExecuteSqlRawAsync(ForgetDeadMigration, cancellationToken);
        }
    }
}
