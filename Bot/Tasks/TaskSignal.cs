using System.Threading.Channels;

namespace BillingCopilot.Bot.Tasks;

/// <summary>Wakes the worker when a task was stored; the database stays the truth, this only saves the wait.</summary>
public sealed class TaskSignal
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Raise() => _wake.Writer.TryWrite(true);

    /// <summary>Returns when raised, or when the time is over.</summary>
    public async Task WaitAsync(TimeSpan most, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(most, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _wake.Reader.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The poll interval is over: look at the database anyway.
        }
    }
}
