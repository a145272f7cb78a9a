using System.Data.Common;
using System.Text.Json;
using BillingCopilot.Storage.Rows;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

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

    public override string NowSql(TimeSpan ahead = default) => $"(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) + {(long)ahead.TotalMilliseconds})";

    public override Task<IReadOnlyList<TaskRow>> ClaimQueuedAsync(TaskClaim claim, CancellationToken cancellationToken)
    {
        var sql = $$"""
            UPDATE tasks SET status = 'running', attempts = attempts + 1, lease_owner = {3}, lease_until = {{NowSql(claim.Lease)}}
            WHERE tenant_id = {0} AND id IN (
                SELECT id FROM (
                    SELECT id, created_at, row_number() OVER (PARTITION BY coalesce(lane, id) ORDER BY at, created_at) AS turn FROM (
                        SELECT t.id, t.lane, t.created_at, coalesce(t.cause_at, t.created_at) AS at FROM tasks t
                        WHERE t.tenant_id = {0} AND t.status = 'queued' AND (t.available_at <= {{NowSql()}} OR t.available_at > {{NowSql(claim.Farthest)}})
                            AND NOT EXISTS (SELECT 1 FROM tasks r WHERE r.tenant_id = t.tenant_id AND r.lane = t.lane AND r.status = 'running')
                        ORDER BY t.created_at LIMIT {1}))
                WHERE turn = 1 ORDER BY created_at LIMIT {2})
            RETURNING *
            """;
        return TakenAsync(Tasks.FromSqlRaw(sql, Tenant.Id, claim.Looked, claim.Most, claim.Owner), cancellationToken);
    }

    public override Task<IReadOnlyList<TaskRow>> ClaimAbandonedAsync(TaskClaim claim, CancellationToken cancellationToken)
    {
        var sql = $$"""
            UPDATE tasks SET attempts = attempts + 1, lease_owner = {2}, lease_until = {{NowSql(claim.Lease)}}
            WHERE tenant_id = {0} AND id IN (
                SELECT t.id FROM tasks t
                WHERE t.tenant_id = {0} AND t.status = 'running' AND (t.lease_until < {{NowSql()}} OR t.lease_until > {{NowSql(2 * claim.Lease)}})
                ORDER BY t.created_at LIMIT {1})
            RETURNING *
            """;
        return TakenAsync(Tasks.FromSqlRaw(sql, Tenant.Id, claim.Most, claim.Owner), cancellationToken);
    }

    public override async Task<IReadOnlyList<string>> EndTasksAsync(string owner, IReadOnlyList<TaskEnd> ends, CancellationToken cancellationToken)
    {
        var sql = $$"""
            UPDATE tasks SET status = 'done', answer = e.answer, error = NULL, completed_at = {{NowSql()}}
            FROM (SELECT value ->> 'Id' AS id, value ->> 'Attempt' AS attempt, value ->> 'Answer' AS answer FROM json_each({2})) e
            WHERE tasks.tenant_id = {0} AND tasks.id = e.id AND tasks.status = 'running' AND tasks.lease_owner = {1} AND tasks.attempts = e.attempt
            RETURNING tasks.id AS "Value"
            """;
        return await Database.SqlQueryRaw<string>(sql, Tenant.Id, owner, JsonSerializer.Serialize(ends)).ToListAsync(cancellationToken);
    }

    /// <summary>One prepared statement for all rows.</summary>
    private protected override async Task InsertAsync(RowColumns columns, IReadOnlyList<object> rows, CancellationToken cancellationToken)
    {
        await using var command = (SqliteCommand)Database.GetDbConnection().CreateCommand();
        command.Transaction = (SqliteTransaction?)Database.CurrentTransaction?.GetDbTransaction();
        command.CommandText = columns.InsertSql;
        var places = Enumerable.Range(0, columns.Count).Select(i => command.Parameters.Add($"@p{i}", TypeOf(columns, i))).ToArray();
        foreach (var row in rows)
        {
            for (var i = 0; i < places.Length; i++)
            {
                places[i].Value = columns.Value(i, row) ?? DBNull.Value;
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private protected override async Task InsertAllAsync(IReadOnlyList<TableRows> tables, CancellationToken cancellationToken)
    {
        foreach (var (columns, rows) in tables)
        {
            await InsertAsync(columns, rows, cancellationToken);
        }
    }

    private protected override DbParameter Parameter(RowColumns columns, int column, object? value) =>
        new SqliteParameter($"@p{column}", TypeOf(columns, column)) { Value = value ?? DBNull.Value };

    private static SqliteType TypeOf(RowColumns columns, int column) => columns.StoreTypes[column] == "INTEGER" ? SqliteType.Integer : SqliteType.Text;

    public override bool IsDuplicate(Exception fault) =>
        fault is SqliteException { SqliteExtendedErrorCode: PrimaryKeyTaken or UniqueIndexTaken };

    /// <summary>Nothing: the transaction began with the only write lock there is.</summary>
    protected override string KeepRowSql => "";

    protected override string Least => "min";

    protected override string SecondsSinceSql(string instant) => $"(({NowSql()} - {instant}) / 1000.0)";

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
}
