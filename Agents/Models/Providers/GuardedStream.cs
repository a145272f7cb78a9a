using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Models.Providers;

/// <summary>A streamed answer under two limits: for the next piece, and for the whole. What goes wrong is a <see cref="ModelException"/>.</summary>
internal sealed class GuardedStream : IAsyncDisposable
{
    private static readonly AsyncLocal<CancellationToken> Flowing = new();

    private readonly string _model;
    private readonly TimeSpan _idle;
    private readonly CancellationTokenSource _wait;
    private readonly CancellationTokenSource _whole;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _caller;
    private readonly IAsyncEnumerator<ChatResponseUpdate> _updates;

    public GuardedStream(Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> open, string model, ModelOptions options, TimeProvider time, CancellationToken caller)
    {
        (_model, _caller, _idle) = (model, caller, TimeSpan.FromSeconds(options.IdleSeconds));
        _wait = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _whole = new CancellationTokenSource(TimeSpan.FromSeconds(options.TimeoutSeconds), time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(caller, _wait.Token, _whole.Token);
        _updates = open(_either.Token).GetAsyncEnumerator(_either.Token);
    }

    public ChatResponseUpdate Current => _updates.Current;

    /// <summary>What stops the answer that is being read in this flow. Not every client library passes it on to its reads.</summary>
    public static CancellationToken Stop => Flowing.Value;

    /// <summary>True: there is a next piece. Its own time starts with the call.</summary>
    public async Task<bool> NextAsync()
    {
        try
        {
            Flowing.Value = _either.Token;
            _wait.CancelAfter(_idle);
            var more = await _updates.MoveNextAsync();
            _wait.CancelAfter(Timeout.InfiniteTimeSpan);

            // Some libraries end quietly when they are stopped.
            return more || !_either.IsCancellationRequested ? more : throw new OperationCanceledException(_either.Token);
        }
        catch (Exception e) when (!_caller.IsCancellationRequested)
        {
            throw Faults.Of(_model, _either.IsCancellationRequested ? new TimeoutException("The model's answer took too long.", e) : e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _updates.DisposeAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // It is over already; what was wrong with it has been said.
        }

        _either.Dispose();
        _whole.Dispose();
        _wait.Dispose();
    }
}
