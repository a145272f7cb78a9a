using System.Text.Json;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>
/// Turns due times into tasks, each once however many nodes look: the due time's row and its task are inserted
/// together, and the row's key takes only one. The catch-up runs at each start besides.
/// </summary>
public sealed partial class Scheduler(
    TenantList tenants, Schedules schedules, CopilotDbFactory databases, TaskIntake intake, BusinessClock clock, SandboxClock sandbox, TaskSignal signal,
    TaskSettings settings, TimeProvider time, ILogger<Scheduler> log) : BackgroundService
{
    private readonly Dictionary<string, DateTimeOffset> _begun = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(settings.PollSeconds), time);
        var started = false;
        do
        {
            try
            {
                foreach (var tenant in tenants.All)
                {
                    await sandbox.ObserveAsync(tenant.Context, stoppingToken);
                    await LookAsync(tenant.Context, first: !started, stoppingToken);
                }

                started = true;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // What is due stays due: a database that is away is asked again.
                RoundFailed(log, e);
            }
        }
        while (!stoppingToken.IsCancellationRequested && await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Makes the tasks that are due for a tenant.</summary>
    /// <param name="first">True at the start of this process.</param>
    public async Task LookAsync(TenantContext tenant, bool first, CancellationToken cancellationToken)
    {
        var now = clock.UtcNow;
        var begun = _begun.TryGetValue(tenant.Id, out var at) ? at : _begun[tenant.Id] = now;
        foreach (var schedule in schedules.All)
        {
            var due = schedule.Due(await LastAsync(tenant, schedule, cancellationToken) ?? begun, now, TimeZoneInfo.FindSystemTimeZoneById(tenant.TimeZone));
            foreach (var moment in first && schedule.Name == Schedules.CatchUp ? [now] : due)
            {
                await InsertAsync(tenant, schedule, moment, cancellationToken);
            }
        }
    }

    private async Task<DateTimeOffset?> LastAsync(TenantContext tenant, Schedule schedule, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.ScheduleRuns.Where(r => r.Schedule == schedule.Name).MaxAsync(r => (DateTimeOffset?)r.DueAt, cancellationToken);
    }

    private async Task InsertAsync(TenantContext tenant, Schedule schedule, DateTimeOffset due, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var task = intake.ForSchedule(tenant, schedule, due);
        db.Tasks.Add(task);
        db.ScheduleRuns.Add(new ScheduleRunRow { TenantId = tenant.Id, Schedule = schedule.Name, DueAt = due, TaskId = task.Id });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            signal.Raise();
        }
        catch (DbUpdateException e) when (db.IsDuplicate(e))
        {
            // Another node was faster.
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A round of the scheduler failed; it goes on")]
    private static partial void RoundFailed(ILogger log, Exception e);
}
