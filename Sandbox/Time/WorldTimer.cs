using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>Waits for spans of world time: by the process's timer while the clock runs, and for moves of the clock.</summary>
internal sealed class WorldTimer(SandboxState state, TimeProvider process)
{
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called under the state's gate when the clock was set.</summary>
    public void Moved()
    {
        _moved.TrySetResult();
        _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public async Task WaitAsync(TimeSpan span, CancellationToken token)
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
            bool stands;
            lock (state.Gate)
            {
                (left, moved, stands) = (until - state.Clock.Now, _moved.Task, state.Clock.IsFrozen);
            }

            if (left <= TimeSpan.Zero)
            {
                return;
            }

            await (stands ? moved.WaitAsync(token) : EitherAsync(moved, left, token));
        }
    }

    private async Task EitherAsync(Task moved, TimeSpan left, CancellationToken token)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(token);
        await Task.WhenAny(moved, Task.Delay(left, process, enough.Token));
        await enough.CancelAsync();
        token.ThrowIfCancellationRequested();
    }
}
