using System.Threading.Channels;

namespace BillingCopilot.Storage;

/// <summary>
/// Shares commits: what arrives while one is under way goes together with the next, so that a durable commit does not
/// mean one flush of the disk each. Every caller waits for its own result.
/// </summary>
/// <param name="most">Most items of one commit.</param>
/// <param name="commit">Commits them and sets each item's result, or throws.</param>
public sealed class GroupCommit<TItem, TResult>(int most, Func<IReadOnlyList<GroupCommit<TItem, TResult>.Waiting>, Task> commit)
{
    private readonly Channel<Waiting> _arrivals = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private int _committing;

    /// <summary>Returns when it was committed.</summary>
    public Task<TResult> AddAsync(TItem item)
    {
        var waiting = new Waiting(item);
        _arrivals.Writer.TryWrite(waiting);
        if (Interlocked.Exchange(ref _committing, 1) == 0)
        {
            _ = Task.Run(CommitAllAsync);
        }

        return waiting.Result.Task;
    }

    private async Task CommitAllAsync()
    {
        do
        {
            while (Next() is { Count: > 0 } batch)
            {
                await CommitAsync(batch);
            }

            Volatile.Write(ref _committing, 0);
        }
        while (_arrivals.Reader.TryPeek(out _) && Interlocked.Exchange(ref _committing, 1) == 0);
    }

    private List<Waiting> Next()
    {
        var batch = new List<Waiting>();
        while (batch.Count < most && _arrivals.Reader.TryRead(out var arrival))
        {
            batch.Add(arrival);
        }

        return batch;
    }

    private async Task CommitAsync(List<Waiting> batch)
    {
        try
        {
            await commit(batch);
        }
#pragma warning disable CA1031 // Each waiting call gets the fault and answers it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            foreach (var waiting in batch)
            {
                waiting.Result.TrySetException(fault);
            }
        }
    }

    /// <summary>An item that waits for its commit.</summary>
    public sealed class Waiting(TItem item)
    {
        public TItem Item => item;

        public TaskCompletionSource<TResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
