using System.Data.Common;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BillingCopilot.Storage;

/// <summary>Names the statements that change rows: <c>insert.steps.before</c>, <c>update.tasks.after</c>.</summary>
internal sealed partial class FailpointCommands(Failpoints failpoints) : DbCommandInterceptor
{
    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await ReachAsync(command, "before");
        return result;
    }

    public override async ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        await ReachAsync(command, "after");
        return result;
    }

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await ReachAsync(command, "before");
        return result;
    }

    public override async ValueTask<DbDataReader> ReaderExecutedAsync(DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        await ReachAsync(command, "after");
        return result;
    }

    private async ValueTask ReachAsync(DbCommand command, string side)
    {
        if (Change().Match(command.CommandText) is { Success: true } change)
        {
            await failpoints.ReachAsync($"{change.Groups[1].Value.ToLowerInvariant()}.{change.Groups[2].Value}.{side}");
        }
    }

    [GeneratedRegex("""\b(INSERT|UPDATE|DELETE)\s+(?:INTO\s+|FROM\s+)?"?([a-z_]+)"?""", RegexOptions.CultureInvariant)]
    private static partial Regex Change();
}

/// <summary>Names the ends of transactions: <c>commit.before</c>, <c>commit.after</c>.</summary>
internal sealed class FailpointCommits(Failpoints failpoints) : DbTransactionInterceptor
{
    public override async ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await failpoints.ReachAsync("commit.before");
        return result;
    }

    public override async Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await failpoints.ReachAsync("commit.after");
    }
}
