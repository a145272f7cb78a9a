using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace BillingCopilot.Storage.Sqlite;

/// <summary>Opens the SQLite file in WAL mode.</summary>
public sealed class SqliteCopilotDbFactory : CopilotDbFactory, IDesignTimeDbContextFactory<SqliteCopilotDb>
{
    // A process killed while it migrates leaves this row behind, and Entity Framework would wait for it for ever.
    private const string ForgetDeadMigration =
        """DELETE FROM "__EFMigrationsLock" WHERE datetime("Timestamp") < datetime('now', '-60 seconds')""";

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
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            await ForgetDeadMigrationAsync(db, cancellationToken);
            await db.Database.MigrateAsync(cancellationToken);
        }
    }

    SqliteCopilotDb IDesignTimeDbContextFactory<SqliteCopilotDb>.CreateDbContext(string[] args) => new(_options, new TenantContext("", "", false));

    private static async Task ForgetDeadMigrationAsync(CopilotDb db, CancellationToken cancellationToken)
    {
        var tables = await db.Database.SqlQuery<int>($"SELECT COUNT(*) AS Value FROM sqlite_master WHERE name = '__EFMigrationsLock'").SingleAsync(cancellationToken);
        if (tables > 0)
        {
            await db.Database.ExecuteSqlRawAsync(ForgetDeadMigration, cancellationToken);
        }
    }
}
