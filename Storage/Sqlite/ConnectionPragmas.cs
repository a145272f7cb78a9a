using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BillingCopilot.Storage.Sqlite;

/// <summary>
/// Sets what SQLite forgets between connections. FULL because an approval or an idempotency key that was
/// committed must survive a power cut; recursive triggers so that REPLACE can't get past the append-only ones.
/// </summary>
internal sealed class ConnectionPragmas(TimeSpan busyTimeout, int mostPages) : DbConnectionInterceptor
{
    private readonly string _pragmas =
        $"PRAGMA busy_timeout={(long)busyTimeout.TotalMilliseconds}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;{(mostPages > 0 ? $" PRAGMA max_page_count={mostPages};" : "")}";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = _pragmas;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = _pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
