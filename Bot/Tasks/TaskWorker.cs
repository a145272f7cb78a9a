using BillingCopilot.Agents.Turns;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Bot.Tasks;

/// <summary>
/// Works off stored tasks, several at once, and unfinished executions, until the process stops. What a stop finds
/// running may end within the drain's limit.
/// </summary>
public sealed partial class TaskWorker(
    TenantList tenants,
    TaskLeases leases,
    TaskRunner runner,
    TurnStreams streams,
    Decisions decisions,
    TaskSignal signal,
    Drain drain,
    TaskSettings settings,
    TimeProvider time,
    ILogger<TaskWorker> log) : BackgroundService
{
    private readonly List<Task> _running = [];
    private long? _recovered;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RecoverAsync(stoppingToken);
                if (!await TakeUpAsync(stoppingToken))
                {
                    await signal.WaitAsync(TimeSpan.FromSeconds(settings.PollSeconds), time, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested || drain.Over.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // The loop outlives a database that is locked or away; the tasks are still there.
                RoundFailed(log, e);
                await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(settings.PollSeconds), time, stoppingToken));
            }
        }

        await Task.WhenAll(_running);
    }

    /// <summary>Begins as many due tasks as there are free places; true when another look is worthwhile at once.</summary>
    private async Task<bool> TakeUpAsync(CancellationToken cancellationToken)
    {
        _running.RemoveAll(t => t.IsCompleted);
        var started = false;
        foreach (var tenant in tenants.All)
        {
            var free = settings.Workers - _running.Count;
            if (free <= 0)
            {
                return false;
            }

            foreach (var task in await leases.TakeAsync(tenant.Context, free, cancellationToken))
            {
                started = true;
                _running.Add(Task.Run(() => RunAsync(tenant.Context, task), CancellationToken.None));
            }
        }

        return started && _running.Count < settings.Workers;
    }

    private async Task RunAsync(TenantContext tenant, TaskRow task)
    {
        try
        {
            await runner.RunAsync(tenant, task, await ListenerAsync(tenant, task), drain.Over);
        }
        catch (OperationCanceledException) when (drain.Over.IsCancellationRequested)
        {
            // Given back: another process takes it up.
        }
        catch (Exception e)
        {
            // Its end could not be stored; the hold runs out, and it is taken up again.
            EndNotStored(log, e, task.Id);
        }
        finally
        {
            signal.Raise();
        }
    }

    /// <summary>A chat that another process left goes on streaming to whoever reads on.</summary>
    private async Task<Func<TurnEvent, ValueTask>> ListenerAsync(TenantContext tenant, TaskRow task)
    {
        if (task.Kind != TaskKinds.Chat)
        {
            return _ => ValueTask.CompletedTask;
        }

        var stream = await streams.WriteAsync(tenant, task, drain.Over);
        return async e => await stream.AppendAsync(e);
    }

    /// <summary>What was approved and is due, or was left by a process that died, once a poll.</summary>
    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        if (_recovered is { } last && time.GetElapsedTime(last) < TimeSpan.FromSeconds(settings.PollSeconds))
        {
            return;
        }

        foreach (var tenant in tenants.All)
        {
            await decisions.RecoverAsync(tenant.Context, cancellationToken);
        }

        _recovered = time.GetTimestamp();
    }

    [LoggerMessage(1, LogLevel.Error, "A round of the worker failed; it goes on")]
    private static partial void RoundFailed(ILogger log, Exception e);

    [LoggerMessage(2, LogLevel.Error, "The end of task {TaskId} could not be stored; it is taken up again when its hold has run out")]
    private static partial void EndNotStored(ILogger log, Exception e, string taskId);
}
