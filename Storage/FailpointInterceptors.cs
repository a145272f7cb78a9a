using System.Data.Common;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BillingCopilot.Storage;

/// <summary>Names the statements that change rows: <c>insert.steps.before</c>, <c>update.tasks.after</c>.</summary>
internal sealed partial class FailpointCommands : DbCommandInterceptor
{
    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Reach(command, "before");
        return ValueTask.FromResult(result);
    }

    public override ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Reach(command, "after");
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Reach(command, "before");
        return ValueTask.FromResult(result);
    }

    public override ValueTask<DbDataReader> ReaderExecutedAsync(DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        Reach(command, "after");
        return ValueTask.FromResult(result);
    }

    private static void Reach(DbCommand command, string side)
    {
        if (Change().Match(command.CommandText) is { Success: true } change)
        {
            Failpoints.Reach($"{change.Groups[1].Value.ToLowerInvariant()}.{change.Groups[2].Value}.{side}");
        }
    }

    [GeneratedRegex("""\b(INSERT|UPDATE|DELETE)\s+(?:INTO\s+|FROM\s+)?"?([a-z_]+)"?""", RegexOptions.CultureInvariant)]
    private static partial Regex Change();
}

/// <summary>Names the ends of transactions: <c>commit.before</c>, <c>commit.after</c>.</summary>
internal sealed class FailpointCommits : DbTransactionInterceptor
{
    public override ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        Failpoints.Reach("commit.before");
        return ValueTask.FromResult(result);
    }

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Failpoints.Reach("commit.after");
        return Task.CompletedTask;
    }
}
