using System.Threading.Channels;
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

    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleReader = true });
    private long _waiting;
    private int _committing;

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

        var arrival = new Arrival(tenant, received);
        try
        {
            _arrivals.Writer.TryWrite(arrival);
            if (Interlocked.Exchange(ref _committing, 1) == 0)
            {
                _ = Task.Run(CommitAllAsync, CancellationToken.None);
            }

            return await arrival.Stored.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Add(ref _waiting, -size);
        }
    }

    private async Task CommitAllAsync()
    {
        do
        {
            while (Next() is { Count: > 0 } batch)
            {
                foreach (var ofTenant in batch.GroupBy(a => a.Tenant))
                {
                    await CommitAsync(ofTenant.Key, [.. ofTenant]);
                }
            }

            Volatile.Write(ref _committing, 0);
        }
        while (_arrivals.Reader.TryPeek(out _) && Interlocked.Exchange(ref _committing, 1) == 0);
    }

    private List<Arrival> Next()
    {
        var batch = new List<Arrival>();
        while (batch.Count < Together && _arrivals.Reader.TryRead(out var arrival))
        {
            batch.Add(arrival);
        }

        return batch;
    }

    private async Task CommitAsync(TenantContext tenant, IReadOnlyList<Arrival> batch)
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
            batch[0].Stored.TrySetResult(false);
        }
#pragma warning disable CA1031 // Each waiting call gets the fault and answers it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            foreach (var arrival in batch)
            {
                arrival.Stored.TrySetException(fault);
            }
        }
    }

    private async Task StoreAsync(TenantContext tenant, IReadOnlyList<Arrival> batch)
    {
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(CancellationToken.None);
        var covering = await CoveringAsync(db, tenant, batch);
        var ids = batch.Select(a => a.Event.Id).ToArray();
        var known = (await db.Inbox.Where(e => ids.Contains(e.EventId)).Select(e => new { e.Account, e.EventId }).ToListAsync())
            .Select(e => (e.Account, e.EventId)).ToHashSet();
        var fresh = batch.Where(a => known.Add((a.Event.Account, a.Event.Id))).ToList();
        foreach (var arrival in fresh)
        {
            var cause = tasks.CauseOf(tenant, arrival.Event);
            var task = cause is null ? null : covering[cause].Find(t => Twins.Covers(t, arrival.Event.About));
            if (task is null && tasks.ForEvent(tenant, arrival.Event) is { } made)
            {
                task = db.Tasks.Add(made).Entity;
                covering.GetValueOrDefault(cause ?? "")?.Add(made);
            }

            db.Inbox.Add(Row(tenant, arrival.Event, task?.Id));
        }

        try
        {
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        }
        catch (DbUpdateException e) when (db.IsDuplicate(e))
        {
            throw new RacedException();
        }

        signal.Raise();
        foreach (var arrival in batch)
        {
            arrival.Stored.TrySetResult(fresh.Contains(arrival));
        }
    }

    /// <summary>Earlier tasks about the same, under a lock: two nodes must not both find none.</summary>
    private async Task<Dictionary<string, List<TaskRow>>> CoveringAsync(CopilotDb db, TenantContext tenant, IReadOnlyList<Arrival> batch)
    {
        var causes = batch.Select(a => tasks.CauseOf(tenant, a.Event)).OfType<string>().Distinct().ToArray();
        if (causes.Length == 0)
        {
            return [];
        }

        await db.LockAsync("intake", CancellationToken.None);
        var earlier = await db.Tasks.AsNoTracking().Where(t => causes.Contains(t.Cause)).ToListAsync();
        return causes.ToDictionary(c => c, c => earlier.Where(t => t.Cause == c).ToList(), StringComparer.Ordinal);
    }

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

    private sealed class Arrival(TenantContext tenant, VerifiedEvent received)
    {
        public TenantContext Tenant => tenant;

        public VerifiedEvent Event => received;

        public TaskCompletionSource<bool> Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class RacedException : Exception;
}

/// <summary>More events wait for the database than may be held in memory.</summary>
public sealed class IntakeFullException() : Exception("Too many events wait to be stored.");
