using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;
using Microsoft.Extensions.Logging;

namespace BillingCopilot.Governance.Executor;

/// <summary>
/// Sends, and when the answer is lost reads whether it took effect before it sends the same key again. Ends with
/// a known outcome or with the question for a person.
/// </summary>
internal sealed partial class ExecutionAttempts(
    ExecutionJournal journal, IWriteClients writers, BusinessClock clock, TimeProvider time, ExecutorOptions options, ILogger<ProposalExecutor> logger)
{
    /// <summary>Null when the lease was lost: another node tells how it ends.</summary>
    public async Task<ExecutionResult?> RunAsync(Run run, CancellationToken cancellationToken)
    {
        var maySend = !run.WasSent;
        for (var attempt = 1; ; attempt++)
        {
            if (maySend && !await journal.BeforeSendingAsync(run, cancellationToken))
            {
                return null;
            }

            var sent = maySend ? await TrySendAsync(run, cancellationToken) : null;
            if (sent is ExecutionResult.Executed || (sent is ExecutionResult.Failed && run.Attempts == 1))
            {
                return sent;
            }

            // Also after a refused repetition: what refuses it may be the effect of the attempt before.
            var seen = await TryReconcileAsync(run, cancellationToken);
            if (Ends(run, sent, seen, attempt) is { } end)
            {
                return end;
            }

            maySend = seen is not null;
            await PauseAsync(attempt, cancellationToken);
        }
    }

    private ExecutionResult? Ends(Run run, ExecutionResult? sent, ExecutionResult? seen, int attempt)
    {
        if (seen is ExecutionResult.Executed or ExecutionResult.Failed)
        {
            return seen;
        }

        if (seen is ExecutionResult.NotDone && sent is ExecutionResult.Failed)
        {
            return sent;
        }

        var repeatable = seen is null or ExecutionResult.NotDone || run.Operation.Descriptor.FarSideReplays;
        var old = clock.UtcNow - run.FirstSentAt >= ExecutorOptions.KeyLifetime;
        return old || !repeatable || attempt >= options.MaxAttempts
            ? seen as ExecutionResult.Unknown ?? sent as ExecutionResult.Unknown ?? new ExecutionResult.Unknown(run.LookAt)
            : null;
    }

    private async Task<ExecutionResult?> TrySendAsync(Run run, CancellationToken cancellationToken)
    {
        try
        {
            return await run.Operation.ExecuteAsync(run.Arguments, run.Tenant, run.Grant, writers, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogLostAnswer(logger, run.Proposal.Id, run.Proposal.Operation, e.GetType().Name, run.Attempts);
            return null;
        }
    }

    /// <summary>Null when even the reading failed.</summary>
    private async Task<ExecutionResult?> TryReconcileAsync(Run run, CancellationToken cancellationToken)
    {
        try
        {
            return await run.Operation.ReconcileAsync(run.Arguments, run.Tenant, run.Grant, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnreadable(logger, run.Proposal.Id, run.Proposal.Operation, e.GetType().Name);
            return null;
        }
    }

    private Task PauseAsync(int attempt, CancellationToken cancellationToken) =>
        options.FirstBackoff == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(options.FirstBackoff * Math.Pow(2, attempt - 1), time, cancellationToken);

    [LoggerMessage(3001, LogLevel.Warning, "The answer to {Operation} of {ProposalId} was lost ({Fault}, attempt {Attempt})")]
    private static partial void LogLostAnswer(ILogger logger, string proposalId, string operation, string fault, int attempt);

    [LoggerMessage(3002, LogLevel.Warning, "Whether {Operation} of {ProposalId} took effect could not be read ({Fault})")]
    private static partial void LogUnreadable(ILogger logger, string proposalId, string operation, string fault);
}
