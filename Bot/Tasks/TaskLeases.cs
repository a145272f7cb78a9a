using System.Text.Json;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>
/// Takes, renews and ends the hold of this process on a task, by compare-and-set in the database and by its clock.
/// <see cref="TaskRow.Attempts"/> is the fencing token: it grows with each taking and never shrinks, and who holds an
/// older one changes nothing any more.
/// </summary>
public sealed class TaskLeases(CopilotDbFactory databases, TaskSettings settings, NodeName node)
{
    /// <summary>Available from the start, whatever any clock says.</summary>
    public static readonly DateTimeOffset AtOnce = DateTimeOffset.UnixEpoch;

    /// <summary>A third of the lease: two renewals may be missed.</summary>
    public TimeSpan RenewEvery => Length / 3;

    /// <summary>How long a hold lasts that is not renewed.</summary>
    public TimeSpan Length => TimeSpan.FromSeconds(settings.LeaseSeconds);

    /// <summary>
    /// Takes the oldest task that is due: queued, or left running by a process whose hold ran out. Null: none. An
    /// instant further ahead than any that is ever written comes from a clock that was set back since.
    /// </summary>
    public async Task<TaskRow?> TakeNextAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var now = await db.UtcNowAsync(cancellationToken);
        var (late, far) = (now + (2 * Length), now + (2 * Backoff.Longest));
        var due = await db.Tasks.AsNoTracking()
            .Where(t => (t.Status == TaskStates.Queued && (t.AvailableAt <= now || t.AvailableAt > far))
                || (t.Status == TaskStates.Running && (t.LeaseUntil < now || t.LeaseUntil > late)))
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
        var until = await db.UtcNowAsync(cancellationToken) + Length;
        var taken = await db.Tasks
            .Where(t => t.Id == task.Id && t.Status == task.Status && t.Attempts == task.Attempts && t.LeaseUntil == task.LeaseUntil)
            .ExecuteUpdateAsync(
                s => s.SetProperty(t => t.Status, TaskStates.Running)
                    .SetProperty(t => t.Attempts, task.Attempts + 1)
                    .SetProperty(t => t.LeaseOwner, node.Value)
                    .SetProperty(t => t.LeaseUntil, until),
                cancellationToken);
        return taken == 1
            ? await db.Tasks.AsNoTracking().SingleAsync(t => t.Id == task.Id, cancellationToken)
            : null;
    }

    /// <summary>Prolongs the hold; false when it was lost.</summary>
    public async Task<bool> RenewAsync(TenantContext tenant, TaskRow task, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var until = await db.UtcNowAsync(cancellationToken) + Length;
        return await Held(db, task).ExecuteUpdateAsync(s => s.SetProperty(t => t.LeaseUntil, until), cancellationToken) == 1;
    }

    /// <summary>Ends a task with its answer; null when there was nothing to do. False when the hold was lost: nothing is changed.</summary>
    public async Task<bool> CompleteAsync(TenantContext tenant, TaskRow task, string? answer, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var now = await db.UtcNowAsync(cancellationToken);
        return await Held(db, task).ExecuteUpdateAsync(
            s => s.SetProperty(t => t.Status, TaskStates.Done)
                .SetProperty(t => t.Answer, answer)
                .SetProperty(t => t.Error, (string?)null)
                .SetProperty(t => t.CompletedAt, now),
            cancellationToken) == 1;
    }

    /// <summary>
    /// Puts a failed attempt back with a growing delay. It ends in the list of dead letters after the last attempt,
    /// and at once when another attempt would fail the same way. Somebody waits for a chat, who asks again.
    /// </summary>
    public async Task FailAsync(TenantContext tenant, TaskRow task, string cause, bool transient, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var attempt = task.Attempts - JsonSerializer.Deserialize<TaskInput>(task.Input)!.Redriven;
        var over = !transient || task.Kind == TaskKinds.Chat || attempt >= settings.MaxAttempts;
        var now = await db.UtcNowAsync(cancellationToken);
        var next = now + Backoff.After(attempt, task.Id);
        await Held(db, task).ExecuteUpdateAsync(
            s => s.SetProperty(t => t.Status, over ? TaskStates.Failed : TaskStates.Queued)
                .SetProperty(t => t.Error, cause)
                .SetProperty(t => t.CompletedAt, over ? now : null)
                .SetProperty(t => t.AvailableAt, next),
            cancellationToken);
    }

    /// <summary>Gives a task back unfinished, so that another process need not wait for the hold to run out.</summary>
    public async Task ReleaseAsync(TenantContext tenant, TaskRow task, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        await Held(db, task).ExecuteUpdateAsync(
            s => s.SetProperty(t => t.Status, TaskStates.Queued)
                .SetProperty(t => t.LeaseOwner, (string?)null)
                .SetProperty(t => t.LeaseUntil, (DateTimeOffset?)null)
                .SetProperty(t => t.AvailableAt, AtOnce),
            cancellationToken);
    }

    private IQueryable<TaskRow> Held(CopilotDb db, TaskRow task) =>
        db.Tasks.Where(t => t.Id == task.Id && t.Status == TaskStates.Running && t.LeaseOwner == node.Value && t.Attempts == task.Attempts);
}

/// <summary>Name of this process among the nodes that share the database.</summary>
public sealed record NodeName(string Value)
{
    /// <summary>Machine, process and start instant: unique without randomness.</summary>
    public static NodeName OfThisProcess(TimeProvider time) =>
        new($"{Environment.MachineName}-{Environment.ProcessId}-{time.GetUtcNow().ToUnixTimeMilliseconds()}");
}
