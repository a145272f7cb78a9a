using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Journal;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Events;

/// <summary>
/// Sends events to their endpoints in the background. A delivery that fails is tried again for three days of world
/// time, so that moving the clock moves the tries; <see cref="Plan"/> makes deliveries disorderly on request.
/// </summary>
internal sealed class WebhookDispatcher(SandboxState state, JournalFile? journal, SandboxOptions options, TimeProvider clock) : IAsyncDisposable
{
    private readonly WebhookSender _sender = new(state, options, clock);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Delivery> _held = [];
    private List<Task> _running = [];
    private int _pruneAt = 64;
    private TaskCompletionSource _clockMoved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _number;
    private long _groups;

    /// <summary>How orderly events arrive. Set under the gate; what was gathered before goes out first.</summary>
    public DeliveryPlan Plan
    {
        get;
        set
        {
            Release();
            (field, _number, _groups) = (value, 0, 0);
        }
    } = new();

    /// <summary>Called under the gate, after the events are in the journal.</summary>
    public void Enqueue(IEnumerable<JsonObject> events)
    {
        foreach (var value in events)
        {
            foreach (var receiver in (value["_waiting"] as JsonArray ?? []).Select(r => (string)r!))
            {
                Add(Plan.Of((string)value["id"]!, receiver, _number++));
            }
        }
    }

    /// <summary>Takes up what an earlier process had not delivered and Stripe would not have given up.</summary>
    public void Resume()
    {
        var oldest = (state.Clock.Now - options.WebhookRetryDelays.Aggregate(TimeSpan.Zero, (sum, delay) => sum + delay)).ToUnixTimeSeconds();
        Enqueue([.. state.Account.Made("event").Where(e => e["_waiting"] is JsonArray { Count: > 0 } && (long)e["created"]! >= oldest)]);
    }

    /// <summary>Called under the gate when the world's clock was set: tries may have fallen due.</summary>
    public void ClockMoved()
    {
        _clockMoved.TrySetResult();
        _clockMoved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Sends what is gathered for another order though the group is not full. Called under the gate.</summary>
    public void Release()
    {
        if (_held.Count > 0)
        {
            Start(Plan.Shuffle(_held, _groups++));
            _held.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _sender.Dispose();
        _stopping.Dispose();
    }

    private void Add(Delivery delivery)
    {
        if (Plan.Reorder < 2)
        {
            Start([delivery]);
            return;
        }

        _held.Add(delivery);
        if (_held.Count >= Plan.Reorder)
        {
            Release();
        }
    }

    private void Start(List<Delivery> group)
    {
        if (_running.Count >= _pruneAt)
        {
            _running = [.. _running.Where(r => !r.IsCompleted)];
            _pruneAt = Math.Max(64, 2 * _running.Count);
        }

        _running.Add(Task.Run(() => SendAsync(group, _stopping.Token)));
    }

    // One after the other: a group arrives in the order it was given.
    private async Task SendAsync(List<Delivery> group, CancellationToken token)
    {
        var failed = new List<Task>();
        foreach (var delivery in group)
        {
            await WaitAsync(TimeSpan.FromSeconds(delivery.DelaySeconds), token);
            if (!await TryAsync(delivery, token))
            {
                failed.Add(RetryAsync(delivery, token));
            }
        }

        await Task.WhenAll(failed);
    }

    private async Task RetryAsync(Delivery delivery, CancellationToken token)
    {
        foreach (var delay in options.WebhookRetryDelays)
        {
            await WaitAsync(delay, token);
            if (await TryAsync(delivery, token))
            {
                return;
            }
        }
    }

    /// <summary>True when there is nothing left to do: it arrived, or its endpoint is gone.</summary>
    private async Task<bool> TryAsync(Delivery delivery, CancellationToken token)
    {
        var outcome = await _sender.SendAsync(delivery.Event, delivery.Endpoint, token);
        if (outcome is SendOutcome.Failed)
        {
            return false;
        }

        Confirm(delivery.Event, delivery.Endpoint);
        if (outcome is SendOutcome.Delivered && delivery.Twice)
        {
            await _sender.SendAsync(delivery.Event, delivery.Endpoint, token);
        }

        return true;
    }

    /// <summary>Waits for a span of world time: the process's timer while the clock runs, a move of the clock at any time.</summary>
    private async Task WaitAsync(TimeSpan span, CancellationToken token)
    {
        if (span <= TimeSpan.Zero)
        {
            return;
        }

        DateTimeOffset until;
        lock (state.Gate)
        {
            until = state.Clock.Now + span;
        }

        while (true)
        {
            TimeSpan left;
            Task moved;
            bool runs;
            lock (state.Gate)
            {
                (left, moved, runs) = (until - state.Clock.Now, _clockMoved.Task, !state.Clock.IsFrozen);
            }

            if (left <= TimeSpan.Zero)
            {
                return;
            }

            if (!runs)
            {
                await moved.WaitAsync(token);
                continue;
            }

            using var enough = CancellationTokenSource.CreateLinkedTokenSource(token);
            await Task.WhenAny(moved, Task.Delay(left, clock, enough.Token));
            await enough.CancelAsync();
            token.ThrowIfCancellationRequested();
        }
    }

    private void Confirm(string eventId, string endpointId)
    {
        lock (state.Gate)
        {
            var delivered = (JsonObject)state.Account.Find(eventId)!.DeepClone();
            JsonNode[] left = [.. ((JsonArray)delivered["_waiting"]!).Where(r => (string?)r != endpointId).Select(r => r!.DeepClone())];
            delivered["_waiting"] = new JsonArray(left);
            delivered["pending_webhooks"] = (long)left.Length;
            state.Account.Put(delivered);
            journal?.Append(new JsonObject { ["puts"] = new JsonArray(delivered.DeepClone()) });
        }
    }
}
