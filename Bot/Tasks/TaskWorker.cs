using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Bot.Tasks;

/// <summary>Works off stored tasks and unfinished executions until the process stops.</summary>
public sealed partial class TaskWorker(
    TenantList tenants,
    TaskLeases leases,
    TaskRunner runner,
    Decisions decisions,
    TaskSignal signal,
    Drain drain,
    TaskSettings settings,
    TimeProvider time,
    ILogger<TaskWorker> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await WorkOnceAsync(stoppingToken))
                {
                    await signal.WaitAsync(TimeSpan.FromSeconds(settings.PollSeconds), time, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested || drain.Over.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The loop outlives a database that is locked or away; the tasks are still there.
                RoundFailed(log, e);
                await signal.WaitAsync(TimeSpan.FromSeconds(settings.PollSeconds), time, stoppingToken);
            }
        }
    }

    /// <summary>One round over all tenants; true when something was done.</summary>
    public async Task<bool> WorkOnceAsync(CancellationToken cancellationToken)
    {
        var worked = false;
        foreach (var tenant in tenants.All)
        {
            worked |= await decisions.RecoverAsync(tenant.Context, cancellationToken) > 0;
            if (await leases.TakeNextAsync(tenant.Context, cancellationToken) is { } task)
            {
                // A stop lets it end, up to the limit of the drain.
                await runner.RunAsync(tenant.Context, task, _ => ValueTask.CompletedTask, drain.Over);
                worked = true;
            }
        }

        return worked;
    }

    [LoggerMessage(1, LogLevel.Error, "A round of the worker failed; it goes on")]
    private static partial void RoundFailed(ILogger log, Exception e);
}
