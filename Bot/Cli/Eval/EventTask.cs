using BillingCopilot.Agents.Turns;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Cli.Eval;

/// <summary>Waits for the task of a delivered event to end.</summary>
public static class EventTask
{
    /// <summary>Longest wait for delivery and work together.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>The stored answer; null when no playbook took the event or a guard held it back.</summary>
    public static async Task<TurnAnswer?> WaitAsync(IServiceProvider services, TenantContext tenant, string eventId, CancellationToken cancellationToken)
    {
        var databases = services.GetRequiredService<CopilotDbFactory>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var waited = TimeSpan.Zero; waited < Limit; waited += timer.Period)
        {
            await using var db = databases.Open(tenant);
            var arrived = await db.Inbox.AsNoTracking().SingleOrDefaultAsync(e => e.EventId == eventId, cancellationToken);
            if (arrived is { TaskId: null })
            {
                return null;
            }

            if (arrived is not null && await EndedAsync(db, arrived.TaskId!, cancellationToken) is { } task)
            {
                var proposals = await services.GetRequiredService<ProposalBook>().ListForTaskAsync(tenant, task.Id, cancellationToken);
                return task.Answer is null ? null : StoredAnswer.Read(task.Answer, proposals);
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }

        throw new TimeoutException($"Event {eventId} was not worked off within {Limit.TotalMinutes} minutes.");
    }

    private static Task<TaskRow?> EndedAsync(CopilotDb db, string taskId, CancellationToken cancellationToken) =>
        db.Tasks.AsNoTracking().SingleOrDefaultAsync(t => t.Id == taskId && (t.Status == TaskStates.Done || t.Status == TaskStates.Failed), cancellationToken);
}
