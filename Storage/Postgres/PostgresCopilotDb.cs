using System.Buffers.Binary;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace BillingCopilot.Storage.Postgres;

/// <summary>The database in PostgreSQL, shared by several nodes. Instants are timestamptz.</summary>
public sealed class PostgresCopilotDb(DbContextOptions<PostgresCopilotDb> options, TenantContext tenant) : CopilotDb(options, tenant)
{
    public override async Task LockAsync(string name, CancellationToken cancellationToken)
    {
        if (Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException($"The lock '{name}' needs a transaction.");
        }

        await Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({KeyOf(name)})", cancellationToken);
    }

    public override async Task<DateTimeOffset> UtcNowAsync(CancellationToken cancellationToken) =>
        await Database.SqlQuery<DateTimeOffset>($"SELECT clock_timestamp() AS \"Value\"").SingleAsync(cancellationToken);

    public override string NowSql(TimeSpan ahead = default) => $"(statement_timestamp() + interval '{(long)ahead.TotalMilliseconds} milliseconds')";

    public override Task TellAsync(string message, CancellationToken cancellationToken) =>
        Database.ExecuteSqlAsync($"SELECT pg_notify({PostgresCopilotDbFactory.Channel}, {message})", cancellationToken);

    /// <summary>One look into the index a cause, whatever the planner believes of a table that it has not counted yet: OFFSET keeps the inner query by itself.</summary>
    public override async Task<IReadOnlyList<TaskRow>> TasksOfAsync(string[] causes, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT t.* FROM unnest({1}) AS c(cause) CROSS JOIN LATERAL (SELECT * FROM tasks WHERE tenant_id = {0} AND cause = c.cause OFFSET 0) t
            """;
        return await TakenAsync(Tasks.FromSqlRaw(Sql, Tenant.Id, causes), cancellationToken);
    }

    /// <summary>One look into the key an event.</summary>
    public override async Task<IReadOnlyList<EventKey>> KnownAsync(IReadOnlyList<EventKey> events, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT e.account AS "Account", e.id AS "EventId" FROM unnest({1}, {2}) AS e(account, id)
            WHERE EXISTS (SELECT 1 FROM inbox_events i WHERE i.tenant_id = {0} AND i.account = e.account AND i.event_id = e.id OFFSET 0)
            """;
        return await Database.SqlQueryRaw<EventKey>(Sql, Tenant.Id, events.Select(e => e.Account).ToArray(), events.Select(e => e.EventId).ToArray()).ToListAsync(cancellationToken);
    }

    /// <summary>What another node is claiming right now is skipped, not waited for. A locked row is found again by its place: no plan reads the table for it.</summary>
    public override Task<IReadOnlyList<TaskRow>> ClaimQueuedAsync(TaskClaim claim, CancellationToken cancellationToken)
    {
        var sql = $$"""
            WITH due AS (
                SELECT t.ctid AS tid, t.id, t.lane, t.created_at, coalesce(t.cause_at, t.created_at) AS at FROM tasks t
                WHERE t.tenant_id = {0} AND t.status = 'queued' AND (t.available_at <= {{NowSql()}} OR t.available_at > {{NowSql(claim.Farthest)}})
                    AND NOT EXISTS (SELECT 1 FROM tasks r WHERE r.tenant_id = t.tenant_id AND r.lane = t.lane AND r.status = 'running')
                ORDER BY t.created_at LIMIT {1} FOR UPDATE OF t SKIP LOCKED),
            firsts AS (SELECT DISTINCT ON (coalesce(lane, id)) tid, created_at FROM due ORDER BY coalesce(lane, id), at, created_at)
            UPDATE tasks SET status = 'running', attempts = tasks.attempts + 1, lease_owner = {3}, lease_until = {{NowSql(claim.Lease)}}
            WHERE tasks.ctid = ANY (ARRAY(SELECT tid FROM firsts ORDER BY created_at LIMIT {2}))
            RETURNING tasks.*
            """;
        return TakenAsync(Tasks.FromSqlRaw(sql, Tenant.Id, claim.Looked, claim.Most, claim.Owner), cancellationToken);
    }

    public override Task<IReadOnlyList<TaskRow>> ClaimAbandonedAsync(TaskClaim claim, CancellationToken cancellationToken)
    {
        var sql = $$"""
            WITH due AS (
                SELECT t.ctid AS tid FROM tasks t
                WHERE t.tenant_id = {0} AND t.status = 'running' AND (t.lease_until < {{NowSql()}} OR t.lease_until > {{NowSql(2 * claim.Lease)}})
                ORDER BY t.created_at LIMIT {1} FOR UPDATE OF t SKIP LOCKED)
            UPDATE tasks SET attempts = tasks.attempts + 1, lease_owner = {2}, lease_until = {{NowSql(claim.Lease)}}
            WHERE tasks.ctid = ANY (ARRAY(SELECT tid FROM due))
            RETURNING tasks.*
            """;
        return TakenAsync(Tasks.FromSqlRaw(sql, Tenant.Id, claim.Most, claim.Owner), cancellationToken);
    }

    public override async Task<IReadOnlyList<string>> EndTasksAsync(string owner, IReadOnlyList<TaskEnd> ends, CancellationToken cancellationToken)
    {
        var sql = $$"""
            UPDATE tasks SET status = 'done', answer = e.answer, error = NULL, completed_at = {{NowSql()}}
            FROM unnest({2}, {3}, {4}) AS e(id, attempt, answer)
            WHERE tasks.tenant_id = {0} AND tasks.id = e.id AND tasks.status = 'running' AND tasks.lease_owner = {1} AND tasks.attempts = e.attempt
            RETURNING tasks.id AS "Value"
            """;
        return await Database.SqlQueryRaw<string>(sql, Tenant.Id, owner, ends.Select(e => e.Id).ToArray(), ends.Select(e => e.Attempt).ToArray(), ends.Select(e => e.Answer).ToArray()).ToListAsync(cancellationToken);
    }

    /// <summary>COPY, in one round trip for all rows.</summary>
    private protected override async Task InsertAsync(RowColumns columns, IReadOnlyList<object> rows, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)Database.GetDbConnection();
        var types = columns.StoreTypes;
        await using var copy = await connection.BeginBinaryImportAsync($"COPY {columns.Table} ({string.Join(", ", columns.Names)}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            for (var i = 0; i < types.Count; i++)
            {
                if (columns.Value(i, row) is { } value)
                {
                    await copy.WriteAsync(value, types[i], cancellationToken);
                }
                else
                {
                    await copy.WriteNullAsync(cancellationToken);
                }
            }
        }

        await copy.CompleteAsync(cancellationToken);
    }

    /// <summary>One statement a row, all in one round trip.</summary>
    private protected override async Task InsertAllAsync(IReadOnlyList<TableRows> tables, CancellationToken cancellationToken)
    {
        await using var batch = ((NpgsqlConnection)Database.GetDbConnection()).CreateBatch();
        foreach (var (columns, row) in tables.SelectMany(t => t.Rows.Select(r => (t.Columns, r))))
        {
            var insert = new NpgsqlBatchCommand(columns.InsertSql);
            for (var i = 0; i < columns.Count; i++)
            {
                insert.Parameters.Add(Parameter(columns, i, columns.Value(i, row)));
            }

            batch.BatchCommands.Add(insert);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private protected override DbParameter Parameter(RowColumns columns, int column, object? value) =>
        new NpgsqlParameter($"p{column}", value ?? DBNull.Value) { DataTypeName = columns.StoreTypes[column] };

    public override bool IsDuplicate(Exception fault) => fault is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    protected override string KeepRowSql => " FOR SHARE";

    protected override string Least => "least";

    protected override string SecondsSinceSql(string instant) => $"extract(epoch FROM ({NowSql()} - {instant}))";

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcInstants>();

    private long KeyOf(string name) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{Tenant.Id}\n{name}")));

    /// <summary>Npgsql takes only UTC for timestamptz.</summary>
    private sealed class UtcInstants() : ValueConverter<DateTimeOffset, DateTimeOffset>(
        instant => instant.ToUniversalTime(), instant => instant);
}
