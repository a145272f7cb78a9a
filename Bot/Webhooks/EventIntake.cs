using System.Collections.Concurrent;
using System.Data.Common;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Webhooks;

/// <summary>
/// Stores verified events, each with the task that a playbook wants of it. Events that arrive while a commit is under
/// way share the next one, so that a durable commit does not mean one disk flush an event. What waits is bounded.
/// </summary>
public sealed class EventIntake(CopilotDbFactory databases, TaskIntake tasks, TaskSignal signal, TimeProvider time)
{
    /// <summary>Most events of one commit.</summary>
    public const int Together = 256;

    /// <summary>Most UTF-16 units of bodies that wait for a commit.</summary>
    public const long MostWaiting = 32 * 1024 * 1024;

    private readonly ConcurrentDictionary<TenantContext, GroupCommit<VerifiedEvent, bool>> _groups = new();
    private long _waiting;

    /// <summary>True after the event was committed; false when it is already known, and nothing was stored.</summary>
    /// <exception cref="IntakeFullException">Too much waits.</exception>
    public async Task<bool> AcceptAsync(TenantContext tenant, VerifiedEvent received, CancellationToken cancellationToken)
    {
        var size = received.Payload.Length;
        if (Interlocked.Add(ref _waiting, size) > MostWaiting)
        {
            Interlocked.Add(ref _waiting, -size);
            throw new IntakeFullException();
        }

        try
        {
            var group = _groups.GetOrAdd(tenant, t => new GroupCommit<VerifiedEvent, bool>(Together, batch => CommitAsync(t, batch)));
            return await group.AddAsync(received).WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Add(ref _waiting, -size);
        }
    }

    private async Task CommitAsync(TenantContext tenant, IReadOnlyList<GroupCommit<VerifiedEvent, bool>.Waiting> batch)
    {
        try
        {
            await StoreAsync(tenant, batch);
        }
        catch (RacedException) when (batch.Count > 1)
        {
            // Another node stored one of them meanwhile: each by itself then.
            foreach (var arrival in batch)
            {
                await CommitAsync(tenant, [arrival]);
            }
        }
        catch (RacedException)
        {
            batch[0].Result.TrySetResult(false);
        }
        catch (Exception fault) when (batch.Count == 1)
        {
            // Of several by themselves, each answers for its own.
            batch[0].Result.TrySetException(fault);
        }
    }

    private async Task StoreAsync(TenantContext tenant, IReadOnlyList<GroupCommit<VerifiedEvent, bool>.Waiting> batch)
    {
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(CancellationToken.None);
        var covering = await CoveringAsync(db, tenant, batch);
        var known = (await db.KnownAsync([.. batch.Select(a => KeyOf(a.Item))], CancellationToken.None)).ToHashSet();
        var fresh = batch.Where(a => known.Add(KeyOf(a.Item))).ToHashSet();
        var (events, started) = (new List<InboxEventRow>(), new List<TaskRow>());
        foreach (var received in fresh.Select(a => a.Item))
        {
            var cause = tasks.CauseOf(tenant, received);
            var task = cause is null ? null : covering[cause].Find(t => Twins.Covers(t, received.About));
            if (task is null && tasks.ForEvent(tenant, received) is { } made)
            {
                started.Add(task = made);
                covering.GetValueOrDefault(cause ?? "")?.Add(made);
            }

            events.Add(Row(tenant, received, task?.Id));
        }

        try
        {
            await db.InsertAsync(started, CancellationToken.None);
            await db.InsertAsync(events, CancellationToken.None);
            await transaction.CommitAsync();
        }
        catch (DbException e) when (db.IsDuplicate(e))
        {
            throw new RacedException();
        }

        signal.Raise();
        foreach (var arrival in batch)
        {
            arrival.Result.TrySetResult(fresh.Contains(arrival));
        }
    }

    /// <summary>Earlier tasks about the same, under a lock: two nodes must not both find none.</summary>
    private async Task<Dictionary<string, List<TaskRow>>> CoveringAsync(CopilotDb db, TenantContext tenant, IReadOnlyList<GroupCommit<VerifiedEvent, bool>.Waiting> batch)
    {
        var causes = batch.Select(a => tasks.CauseOf(tenant, a.Item)).OfType<string>().Distinct().ToArray();
        if (causes.Length == 0)
        {
            return [];
        }

        await db.LockAsync("intake", CancellationToken.None);
        var earlier = (await db.TasksOfAsync(causes, CancellationToken.None)).ToLookup(t => t.Cause);
        return causes.ToDictionary(c => c, c => earlier[c].ToList(), StringComparer.Ordinal);
    }

    private static EventKey KeyOf(VerifiedEvent received) => new(received.Account, received.Id);

    private InboxEventRow Row(TenantContext tenant, VerifiedEvent received, string? taskId) => new()
    {
        TenantId = tenant.Id,
        Account = received.Account,
        EventId = received.Id,
        Type = received.Type,
        ObjectId = received.ObjectId,
        Payload = received.Payload,
        ReceivedAt = time.GetUtcNow(),
        TaskId = taskId,
    };

    private sealed class RacedException : Exception;
}

/// <summary>More events wait for the database than may be held in memory.</summary>
public sealed class IntakeFullException() : Exception("Too many events wait to be stored.");
