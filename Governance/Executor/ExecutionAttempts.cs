using BillingCopilot.Billing;
using BillingCopilot.Governance.Guards;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;
using Microsoft.Extensions.Logging;

namespace BillingCopilot.Governance.Executor;

/// <summary>
/// Sends, and when the answer is lost reads whether it took effect, and checks everything once more, before it
/// sends the same key again. Ends with a known outcome or with the question for a person.
/// </summary>
internal sealed partial class ExecutionAttempts(
    ExecutionJournal journal, ExecutionChecks checks, IWriteClients writers, BusinessClock clock, TimeProvider time, ExecutorOptions options, ILogger<ProposalExecutor> logger)
{
    /// <summary>Sends and settles. When the lease was lost it settles nothing: another node tells how it ends.</summary>
    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        var maySend = !run.WasSent;
        for (var attempt = 1; ; attempt++)
        {
            if (maySend && run.Attempts > 0)
            {
                var (ready, obstacle) = await TryCheckAsync(run, cancellationToken);
                if (obstacle is not null)
                {
                    await SettleDoubtfulAsync(run, obstacle, cancellationToken);
                    return;
                }

                maySend = ready;
            }

            if (maySend && !await journal.BeforeSendingAsync(run, cancellationToken))
            {
                return;
            }

            var (sent, heldBack) = maySend ? await TrySendAsync(run, cancellationToken) : default;
            if (heldBack is { } objection)
            {
                await SettleHeldBackAsync(run, objection, cancellationToken);
                return;
            }

            if (sent is ExecutionResult.Executed)
            {
                await journal.SettleAsync(run, sent);
                return;
            }

            // Also after a refusal: what refuses it may be the effect of a try before, the far side's SDK's included.
            var seen = await TryReconcileAsync(run, cancellationToken);
            if (Ends(run, sent, seen, attempt) is { } end)
            {
                await journal.SettleAsync(run, end);
                return;
            }

            maySend = MayRepeat(run, seen);
            await PauseAsync(attempt, cancellationToken);
        }
    }

    private ExecutionResult? Ends(Run run, ExecutionResult? sent, ExecutionResult? seen, int attempt)
    {
        if (seen is ExecutionResult.Executed or ExecutionResult.Failed)
        {
            return seen;
        }

        if (sent is ExecutionResult.Failed failed && Refused(run, failed, seen) is { } refused)
        {
            return refused;
        }

        var old = clock.UtcNow - run.FirstSentAt >= ExecutorOptions.KeyLifetime;
        return old || attempt >= options.MaxAttempts
            ? seen as ExecutionResult.Unknown ?? sent as ExecutionResult.Unknown ?? new ExecutionResult.Unknown(run.LookAt)
            : null;
    }

    /// <summary>What may have happened is sent again only to a far side that replays its first answer; else it is read again.</summary>
    private static bool MayRepeat(Run run, ExecutionResult? seen) =>
        seen is ExecutionResult.NotDone || (seen is ExecutionResult.Unknown && run.Operation.Descriptor.FarSideReplays);

    /// <summary>A refusal is final when nothing else of this execution can be under way; our own, of a repetition, leaves the first try in doubt.</summary>
    private static ExecutionResult? Refused(Run run, ExecutionResult.Failed failed, ExecutionResult? seen) => (seen, failed.Definite, run.Attempts) switch
    {
        (ExecutionResult.NotDone, true, _) or (ExecutionResult.NotDone, _, 1) or (_, true, 1) => failed,
        (_, false, > 1) => new ExecutionResult.Unknown($"{failed.Refusal} An earlier attempt may have taken effect or still do; nothing more was sent. {run.LookAt}", run.RequestId),
        _ => null,
    };

    /// <summary>What stands in the way may be our own effect, come late: it is read once more.</summary>
    private async Task SettleDoubtfulAsync(Run run, Obstacle obstacle, CancellationToken cancellationToken)
    {
        if (await TryReconcileAsync(run, cancellationToken) is ExecutionResult.Executed done)
        {
            await journal.SettleAsync(run, done);
        }
        else
        {
            await journal.SettleAsync(run, obstacle);
        }
    }

    private async Task SettleHeldBackAsync(Run run, HeldBack heldBack, CancellationToken cancellationToken)
    {
        // Whoever holds the lease now tells how it ends.
        if (heldBack.Objection.Code == ExecuteGuards.LeaseLost)
        {
            return;
        }

        var obstacle = ExecutionChecks.HeldBack(run, heldBack.Objection, heldBack.MayHaveLeft);
        await (heldBack.MayHaveLeft ? SettleDoubtfulAsync(run, obstacle, cancellationToken) : journal.SettleAsync(run, obstacle));
    }

    /// <summary>Not ready when the state could not be read: then nothing is sent this time.</summary>
    private async Task<(bool Ready, Obstacle? Obstacle)> TryCheckAsync(Run run, CancellationToken cancellationToken)
    {
        try
        {
            return (true, await checks.BeforeRepeatingAsync(run, cancellationToken));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnreadable(logger, run.Proposal.Id, run.Proposal.Operation, Faults.Describe(e));
            return (false, null);
        }
    }

    private async Task<(ExecutionResult? Sent, HeldBack? HeldBack)> TrySendAsync(Run run, CancellationToken cancellationToken)
    {
        Objection? said = null;
        var grant = run.Grant.For(async token => Said(said = await checks.BeforeLeavingAsync(run, token)), run.Attempts);
        try
        {
            var sent = await run.Operation.ExecuteAsync(run.Arguments, run.Tenant, grant, writers, cancellationToken);
            run.RequestId = (sent as ExecutionResult.Unknown)?.RequestId ?? (sent as ExecutionResult.Failed)?.Refusal.RequestId ?? run.RequestId;
            return (sent, null);
        }
        catch (HeldBackException) when (said is not null)
        {
            return (null, new HeldBack(said, MayHaveLeft: grant.HasLeft || run.WasSent || run.Attempts > 1));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogLostAnswer(logger, run.Proposal.Id, run.Proposal.Operation, Faults.Describe(e), run.Attempts);
            return default;
        }
    }

    /// <summary>Null when even the reading failed.</summary>
    private async Task<ExecutionResult?> TryReconcileAsync(Run run, CancellationToken cancellationToken)
    {
        ExecutionResult seen;
        try
        {
            seen = await run.Operation.ReconcileAsync(run.Arguments, run.Tenant, run.Grant, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnreadable(logger, run.Proposal.Id, run.Proposal.Operation, Faults.Describe(e));
            return null;
        }

        return seen is ExecutionResult.Executed done && !await TryFinishAsync(run, cancellationToken) ? done with { Unfinished = true } : seen;
    }

    /// <summary>Completes what goes with an effect that was told already; tried again in another round when it fails.</summary>
    public async Task FinishAsync(Run run, CancellationToken cancellationToken) => await journal.FinishedAsync(run, await TryFinishAsync(run, cancellationToken));

    private async Task<bool> TryFinishAsync(Run run, CancellationToken cancellationToken)
    {
        if (ExecutionChecks.BeforeFinishing(run) is { } objection)
        {
            LogUnfinished(logger, run.Proposal.Id, run.Proposal.Operation, objection.Code);
            return false;
        }

        try
        {
            var grant = run.Grant.For(async token => Said(await checks.BeforeLeavingAsync(run, token)));
            await run.Operation.FinishAsync(run.Arguments, run.Tenant, grant, writers, cancellationToken);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnfinished(logger, run.Proposal.Id, run.Proposal.Operation, Faults.Describe(e));
            return false;
        }
    }

    /// <param name="MayHaveLeft">Something of this execution left the process before.</param>
    private sealed record HeldBack(Objection Objection, bool MayHaveLeft);

    private static Refusal? Said(Objection? objection) => objection is null ? null : new Refusal(objection.Code, objection.Why);

    private Task PauseAsync(int attempt, CancellationToken cancellationToken) =>
        options.FirstBackoff == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(options.FirstBackoff * Math.Pow(2, attempt - 1), time, cancellationToken);

    [LoggerMessage(3001, LogLevel.Warning, "The answer to {Operation} of {ProposalId} was lost ({Fault}, attempt {Attempt})")]
    private static partial void LogLostAnswer(ILogger logger, string proposalId, string operation, string fault, int attempt);

    [LoggerMessage(3002, LogLevel.Warning, "Whether {Operation} of {ProposalId} took effect could not be read ({Fault})")]
    private static partial void LogUnreadable(ILogger logger, string proposalId, string operation, string fault);

    [LoggerMessage(3005, LogLevel.Warning, "{Operation} of {ProposalId} took effect, but what goes with it could not be completed ({Fault})")]
    private static partial void LogUnfinished(ILogger logger, string proposalId, string operation, string fault);
}
