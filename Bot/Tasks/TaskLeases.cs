using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>Takes, renews and ends the hold of this process on a task, by compare-and-set in the database.</summary>
public sealed class TaskLeases(CopilotDbFactory databases, TimeProvider time, TaskSettings settings, NodeName node)
{
    /// <summary>A third of the lease: two renewals may be missed.</summary>
    public TimeSpan RenewEvery => Length / 3;

    private TimeSpan Length => TimeSpan.FromSeconds(settings.LeaseSeconds);

    /// <summary>Takes the oldest task that is due: queued, or left running by a process whose hold ran out. Null: none.</summary>
    public async Task<TaskRow?> TakeNextAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var now = time.GetUtcNow();
        var due = await db.Tasks.AsNoTracking()
            .Where(t => (t.Status == TaskStates.Queued && t.AvailableAt <= now)
                || (t.Status == TaskStates.Running && t.LeaseUntil < now))
            .OrderBy(t => t.CreatedAt)
            .Take(8)
            .ToListAsync(cancellationToken);
        foreach (var task in due)
        {
            if (await TakeAsync(tenant, task, cancellationToken) is { } taken)
            {
                return taken;
            }
        }

        return null;
    }

    /// <summary>Takes this task; null when another process was faster.</summary>
    public async Task<TaskRow?> TakeAsync(TenantContext tenant, TaskRow task, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var now = time.GetUtcNow();
        var taken = await db.Tasks
            .Where(t => t.Id == task.Id && t.Status == task.Status && t.Attempts == task.Attempts && t.LeaseUntil == task.LeaseUntil)
            .ExecuteUpdateAsync(
                s => s.SetProperty(t => t.Status, TaskStates.Running)
                    .SetProperty(t => t.Attempts, task.Attempts + 1)
                    .SetProperty(t => t.LeaseOwner, node.Value)
                    .SetProperty(t => t.LeaseUntil, now + Length),
                cancellationToken);
        return taken == 1
            ? await db.Tasks.AsNoTracking().SingleAsync(t => t.Id == task.Id, cancellationToken)
            : null;
    }

    /// <summary>Prolongs the hold; false when it was lost.</summary>
    public async Task<bool> RenewAsync(TenantContext tenant, TaskRow task, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await Held(db, task).ExecuteUpdateAsync(
            s => s.SetProperty(t => t.LeaseUntil, time.GetUtcNow() + Length), cancellationToken) == 1;
    }

    /// <summary>Ends a task with its answer; null when there was nothing to do.</summary>
    public async Task CompleteAsync(TenantContext tenant, TaskRow task, string? answer, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        await Held(db, task).ExecuteUpdateAsync(
            s => s.SetProperty(t => t.Status, TaskStates.Done)
                .SetProperty(t => t.Answer, answer)
                .SetProperty(t => t.Error, (string?)null)
                .SetProperty(t => t.CompletedAt, time.GetUtcNow()),
            cancellationToken);
    }

    /// <summary>Puts a failed attempt back with a growing delay, or ends the task after the last one.</summary>
    public async Task FailAsync(TenantContext tenant, TaskRow task, string error, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var over = task.Kind == "chat" || task.Attempts >= settings.MaxAttempts;
        var next = time.GetUtcNow() + TimeSpan.FromSeconds(Math.Min(300, Math.Pow(2, task.Attempts)));
        await Held(db, task).ExecuteUpdateAsync(
            s => s.SetProperty(t => t.Status, over ? TaskStates.Failed : TaskStates.Queued)
                .SetProperty(t => t.Error, error)
                .SetProperty(t => t.AvailableAt, next),
            cancellationToken);
    }

    private IQueryable<TaskRow> Held(CopilotDb db, TaskRow task) =>
        db.Tasks.Where(t => t.Id == task.Id && t.LeaseOwner == node.Value && t.Attempts == task.Attempts);
}

/// <summary>Name of this process among the nodes that share the database.</summary>
public sealed record NodeName(string Value)
{
    /// <summary>Machine, process and start instant: unique without randomness.</summary>
    public static NodeName OfThisProcess(TimeProvider time) =>
        new($"{Environment.MachineName}-{Environment.ProcessId}-{time.GetUtcNow().ToUnixTimeMilliseconds()}");
}
