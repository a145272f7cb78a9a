using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Storage.Sqlite;

/// <summary>The database in one SQLite file. Instants are UTC milliseconds since 1970.</summary>
public sealed class SqliteCopilotDb(DbContextOptions<SqliteCopilotDb> options, TenantContext tenant) : CopilotDb(options, tenant)
{
    private const int PrimaryKeyTaken = 1555;
    private const int UniqueIndexTaken = 2067;

    /// <summary>Nothing to wait for: a SQLite transaction began with the only write lock there is.</summary>
    public override Task LockAsync(string name, CancellationToken cancellationToken) => Database.CurrentTransaction is null
        ? throw new InvalidOperationException($"The lock '{name}' needs a transaction.")
        : Task.CompletedTask;

    public override async Task<DateTimeOffset> UtcNowAsync(CancellationToken cancellationToken) => DateTimeOffset.FromUnixTimeMilliseconds(
        await Database.SqlQuery<long>($"SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS Value").SingleAsync(cancellationToken));

    public override bool IsDuplicate(DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: PrimaryKeyTaken or UniqueIndexTaken };

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
}
