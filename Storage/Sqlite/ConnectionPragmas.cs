using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace BillingCopilot.Storage.Sqlite;

/// <summary>
/// Sets what SQLite forgets with a connection, once each: the pool hands the same ones out again. FULL because an
/// approval or an idempotency key that was committed must survive a power cut; recursive triggers so that REPLACE can't
/// get past the append-only ones.
/// </summary>
internal sealed class ConnectionPragmas(TimeSpan busyTimeout, int mostPages) : DbConnectionInterceptor
{
    private static readonly ConditionalWeakTable<sqlite3, string> _set = [];

    private readonly string _pragmas =
        $"PRAGMA busy_timeout={(long)busyTimeout.TotalMilliseconds}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;{(mostPages > 0 ? $" PRAGMA max_page_count={mostPages};" : "")}";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        if (connection is SqliteConnection { Handle: { } handle } && (!_set.TryGetValue(handle, out var done) || done != _pragmas))
        {
            using var command = connection.CreateCommand();
            command.CommandText = _pragmas;
            command.ExecuteNonQuery();
            _set.AddOrUpdate(handle, _pragmas);
        }
    }

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        // SQLite has no statement that waits without a thread.
        ConnectionOpened(connection, eventData);
        return Task.CompletedTask;
    }
}
