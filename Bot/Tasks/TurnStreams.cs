using System.Runtime.CompilerServices;
using System.Text.Json;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>An event of a chat turn as it is sent.</summary>
/// <param name="Seq">From 1 within the task.</param>
/// <param name="Data">JSON.</param>
public sealed record StreamedEvent(int Seq, string Name, string Data);

/// <summary>
/// The events of chat turns in the database, so that a client whose connection broke goes on reading where it was, at
/// any node. A task that is taken over by another node goes on where its stream ends.
/// </summary>
public sealed class TurnStreams(CopilotDbFactory databases, NodeNews news, TaskSettings settings, TimeProvider time)
{
    /// <summary>For who runs the task.</summary>
    public async Task<StreamedTurn> WriteAsync(TenantContext tenant, TaskRow task, CancellationToken cancellationToken) =>
        new(databases, news, tenant, task.Id, task.Attempts, await AfterAsync(tenant, task.Id, 0, cancellationToken));

    /// <summary>The events after a place, as they come, up to the last one or to the end of the task.</summary>
    public async IAsyncEnumerable<StreamedEvent> ReadAsync(TenantContext tenant, string taskId, int after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var grew = new SemaphoreSlim(0);
        void Heard(string id)
        {
            if (id == taskId)
            {
                grew.Release();
            }
        }

        news.OnStream += Heard;
        try
        {
            while (true)
            {
                var over = await IsOverAsync(tenant, taskId, cancellationToken);
                foreach (var e in await AfterAsync(tenant, taskId, after, cancellationToken))
                {
                    after = e.Seq;
                    yield return e;
                    if (TurnWire.IsLast(e.Name))
                    {
                        yield break;
                    }
                }

                if (over)
                {
                    yield return new StreamedEvent(after + 1, TurnWire.Over.Name, JsonSerializer.Serialize(TurnWire.Over.Data, ApiJson.Options));
                    yield break;
                }

                await Task.WhenAny(grew.WaitAsync(cancellationToken), Task.Delay(TimeSpan.FromSeconds(settings.PollSeconds), time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            news.OnStream -= Heard;
        }
    }

    private async Task<bool> IsOverAsync(TenantContext tenant, string taskId, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return !await db.Tasks.AnyAsync(t => t.Id == taskId && (t.Status == TaskStates.Queued || t.Status == TaskStates.Running), cancellationToken);
    }

    private async Task<List<StreamedEvent>> AfterAsync(TenantContext tenant, string taskId, int after, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.StreamEvents.AsNoTracking().Where(e => e.TaskId == taskId && e.Seq > after).OrderBy(e => e.Seq)
            .Select(e => new StreamedEvent(e.Seq, e.Name, e.Data)).ToListAsync(cancellationToken);
    }
}

/// <summary>
/// The stream of one run of a task. What an earlier run already sent is not sent again: a resumed task replays its
/// journal, so the same events come in the same order. They are stored together with those that come meanwhile, the
/// last one before the task ends.
/// </summary>
public sealed class StreamedTurn(CopilotDbFactory databases, NodeNews news, TenantContext tenant, string taskId, int attempt, IReadOnlyList<StreamedEvent> sent)
{
    private readonly List<StreamedEvent> _unsaved = [];
    private Task _saving = Task.CompletedTask;
    private readonly Queue<StreamedEvent> _earlier = new(sent);
    private int _seq = sent.Count;

    /// <summary>Null when an earlier run sent it.</summary>
    public async ValueTask<StreamedEvent?> AppendAsync(TurnEvent e)
    {
        var (name, data) = TurnWire.Of(e);
        return await AppendAsync(name, data);
    }

    /// <summary>Ends the stream of a turn that has no answer.</summary>
    /// <param name="cause">What the person may be told; null for the usual words.</param>
    public async Task<StreamedEvent> EndAsync(string? cause)
    {
        _earlier.Clear();
        var (name, data) = cause is null ? TurnWire.Over : TurnWire.Of(new TurnEvent.Stopped(cause));
        return (await AppendAsync(name, data))!;
    }

    private async ValueTask<StreamedEvent?> AppendAsync(string name, object data)
    {
        var json = JsonSerializer.Serialize(data, data.GetType(), ApiJson.Options);
        if (_earlier.TryPeek(out var next) && next.Name == name && next.Data == json)
        {
            _earlier.Dequeue();
            return null;
        }

        _earlier.Clear();
        var streamed = new StreamedEvent(++_seq, name, json);
        lock (_unsaved)
        {
            _unsaved.Add(streamed);
        }

        var saved = SaveAsync();
        if (TurnWire.IsLast(name))
        {
            await saved;
        }

        return streamed;
    }

    /// <summary>One save after the other; what came while one ran goes with the next.</summary>
    private Task SaveAsync()
    {
        lock (_unsaved)
        {
            return _saving = SaveAfterAsync(_saving);
        }
    }

    private async Task SaveAfterAsync(Task earlier)
    {
        await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        StreamedEvent[] now;
        lock (_unsaved)
        {
            now = [.. _unsaved];
        }

        if (now.Length == 0)
        {
            return;
        }

        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(CancellationToken.None);

        // Who lost the hold adds nothing; the row's lock orders this against the taking.
        if (await db.Tasks.Where(t => t.Id == taskId && t.Attempts == attempt).ExecuteUpdateAsync(s => s.SetProperty(t => t.Attempts, attempt)) == 0)
        {
            lock (_unsaved)
            {
                _unsaved.RemoveRange(0, now.Length);
            }

            return;
        }

        db.StreamEvents.AddRange(now.Select(e => new StreamEventRow { TenantId = tenant.Id, TaskId = taskId, Seq = e.Seq, Name = e.Name, Data = e.Data }));
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        lock (_unsaved)
        {
            // What could not be stored stays, and goes with the next.
            _unsaved.RemoveRange(0, now.Length);
        }

        news.StreamGrew(taskId);
    }
}
