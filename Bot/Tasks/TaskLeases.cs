using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>
/// Takes, renews and ends the hold of this process on tasks, each in one statement and by the database's clock.
/// <see cref="TaskRow.Attempts"/> is the fencing token: it grows with each taking and never shrinks, and who holds an
/// older one changes nothing any more.
/// </summary>
/// <param name="time">With it, abandoned tasks are looked for once a second at most; without, at each taking.</param>
public sealed class TaskLeases(CopilotDbFactory databases, TaskSettings settings, NodeName node, TimeProvider? time = null)
{
    private static readonly TimeSpan AbandonedEvery = TimeSpan.FromSeconds(1);

    /// <summary>Most tasks that are ended by one commit.</summary>
    private const int MostEnds = 64;

    private readonly ConcurrentDictionary<string, long> _looked = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<TenantContext, GroupCommit<TaskEnd, bool>> _ends = new();

    /// <summary>Available from the start, whatever any clock says.</summary>
    public static readonly DateTimeOffset AtOnce = DateTimeOffset.UnixEpoch;

    /// <summary>Rounds against other nodes for the same customers before the next look.</summary>
    private const int Tries = 4;

    /// <summary>A third of the lease: two renewals may be missed.</summary>
    public TimeSpan RenewEvery => Length / 3;

    /// <summary>How long a hold lasts that is not renewed.</summary>
    public TimeSpan Length => TimeSpan.FromSeconds(settings.LeaseSeconds);

    /// <summary>The oldest task that is due, or null.</summary>
    public async Task<TaskRow?> TakeNextAsync(TenantContext tenant, CancellationToken cancellationToken) =>
        (await TakeAsync(tenant, 1, cancellationToken)).SingleOrDefault();

    /// <summary>
    /// Takes tasks that are due, oldest first: those left running by a process whose hold ran out, then queued ones, one a
    /// customer. An instant further ahead than any that is ever written comes from a clock that was set back since. A task
    /// whose holders went away in all its attempts is not taken once more but given up: it may be what ends them.
    /// </summary>
    public async Task<IReadOnlyList<TaskRow>> TakeAsync(TenantContext tenant, int most, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var claim = new TaskClaim(node.Value, most, Length, 2 * Backoff.Longest);
        var taken = IsTimeForAbandoned(tenant) ? await WithoutPoisonAsync(tenant, await db.ClaimAbandonedAsync(claim, cancellationToken), cancellationToken) : [];
        foreach (var task in taken)
        {
            task.Abandoned = true;
        }

        return taken.Count == most ? taken : [.. taken, .. await QueuedAsync(db, claim with { Most = most - taken.Count }, cancellationToken)];
    }

    /// <summary>Prolongs the hold; false when it was lost.</summary>
    public Task<bool> RenewAsync(TenantContext tenant, TaskRow task, CancellationToken cancellationToken) =>
        SetAsync(tenant, task, db => $"lease_until = {db.NowSql(Length)}", [], cancellationToken);

    /// <summary>Ends a task with its answer; null when there was nothing to do. False when the hold was lost: nothing is changed.</summary>
    public Task<bool> CompleteAsync(TenantContext tenant, TaskRow task, string? answer, CancellationToken cancellationToken) =>
        _ends.GetOrAdd(tenant, t => new GroupCommit<TaskEnd, bool>(MostEnds, ends => EndAsync(t, ends))).AddAsync(new TaskEnd(task.Id, task.Attempts, answer)).WaitAsync(cancellationToken);

    /// <summary>
    /// Puts a failed attempt back with a growing delay. It ends in the list of dead letters after the last attempt,
    /// and at once when another attempt would fail the same way. Somebody waits for a chat, who asks again.
    /// </summary>
    public Task FailAsync(TenantContext tenant, TaskRow task, string cause, bool transient, CancellationToken cancellationToken)
    {
        var attempt = AttemptOf(task);
        var over = !transient || task.Kind == TaskKinds.Chat || attempt >= settings.MaxAttempts;
        return SetAsync(
            tenant,
            task,
            db => $"status = {{4}}, error = {{5}}, available_at = {db.NowSql(Backoff.After(attempt, task.Id))}, completed_at = {(over ? db.NowSql() : "NULL")}",
            [over ? TaskStates.Failed : TaskStates.Queued, cause],
            cancellationToken);
    }

    /// <summary>Gives a task back unfinished, so that another process need not wait for the hold to run out.</summary>
    public async Task ReleaseAsync(TenantContext tenant, TaskRow task, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        await db.Tasks.Where(t => t.Id == task.Id && t.Status == TaskStates.Running && t.LeaseOwner == node.Value && t.Attempts == task.Attempts).ExecuteUpdateAsync(
            s => s.SetProperty(t => t.Status, TaskStates.Queued)
                .SetProperty(t => t.LeaseOwner, (string?)null)
                .SetProperty(t => t.LeaseUntil, (DateTimeOffset?)null)
                .SetProperty(t => t.AvailableAt, AtOnce),
            cancellationToken);
    }

    /// <summary>The taking itself counts as an attempt, since one that kills its process reports nothing.</summary>
    private async Task<IReadOnlyList<TaskRow>> WithoutPoisonAsync(TenantContext tenant, IReadOnlyList<TaskRow> taken, CancellationToken cancellationToken)
    {
        var poison = taken.Where(t => AttemptOf(t) > settings.MaxAttempts).ToList();
        foreach (var task in poison)
        {
            await FailAsync(tenant, task, $"Whoever worked on it went away in each of {settings.MaxAttempts} attempts without saying why. Look for a process that ended then; drive it again when the cause is mended.", transient: false, cancellationToken);
        }

        return poison.Count == 0 ? taken : [.. taken.Except(poison)];
    }

    /// <summary>From 1, counted anew when it was driven again.</summary>
    private static int AttemptOf(TaskRow task) => task.Attempts - JsonSerializer.Deserialize<TaskInput>(task.Input)!.Redriven;

    /// <summary>Tasks that end while a commit is under way share the next one.</summary>
    private async Task EndAsync(TenantContext tenant, IReadOnlyList<GroupCommit<TaskEnd, bool>.Waiting> ends)
    {
        await using var db = databases.Open(tenant);
        var ended = (await db.EndTasksAsync(node.Value, [.. ends.Select(e => e.Item)], CancellationToken.None)).ToHashSet(StringComparer.Ordinal);
        foreach (var end in ends)
        {
            end.Result.TrySetResult(ended.Contains(end.Item.Id));
        }
    }

    private bool IsTimeForAbandoned(TenantContext tenant)
    {
        if (time is null)
        {
            return true;
        }

        var now = time.GetTimestamp();
        if (_looked.TryGetValue(tenant.Id, out var last) && time.GetElapsedTime(last, now) < AbandonedEvery)
        {
            return false;
        }

        _looked[tenant.Id] = now;
        return true;
    }

    /// <summary>Another node may take a task of the same customer in this moment; the index lets one of the two.</summary>
    private static async Task<IReadOnlyList<TaskRow>> QueuedAsync(CopilotDb db, TaskClaim claim, CancellationToken cancellationToken)
    {
        for (var round = 1; ; round++)
        {
            try
            {
                return await db.ClaimQueuedAsync(claim, cancellationToken);
            }
            catch (DbException e) when (db.IsDuplicate(e))
            {
                if (round == Tries)
                {
                    return [];
                }
            }
        }
    }

    /// <summary>Changes a task if this process still holds it. The values are numbered from 4.</summary>
    private async Task<bool> SetAsync(TenantContext tenant, TaskRow task, Func<CopilotDb, string> assignments, object[] values, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var sql = $"UPDATE tasks SET {assignments(db)} WHERE tenant_id = {{0}} AND id = {{1}} AND status = 'running' AND lease_owner = {{2}} AND attempts = {{3}}";
        return await db.Database.ExecuteSqlRawAsync(sql, [tenant.Id, task.Id, node.Value, task.Attempts, .. values], cancellationToken) == 1;
    }
}

/// <summary>Name of this process among the nodes that share the database.</summary>
public sealed record NodeName(string Value)
{
    /// <summary>Machine, process and start instant: unique without randomness.</summary>
    public static NodeName OfThisProcess(TimeProvider time) =>
        new($"{Environment.MachineName}-{Environment.ProcessId}-{time.GetUtcNow().ToUnixTimeMilliseconds()}");
}
