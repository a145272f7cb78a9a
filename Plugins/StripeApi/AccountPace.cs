using System.Collections.Concurrent;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>
/// Keeps one account's requests under Stripe's limits: a request over the pace waits its turn instead of being refused
/// there. Requests to one endpoint leave in the order in which they came.
/// </summary>
public abstract class AccountPace(StripeLimits limits, TimeProvider time)
{
    /// <summary>How often one that waits looks again: far less than a token takes to come.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(10);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    /// <summary>A pace that other processes know nothing of.</summary>
    public static AccountPace OfThisProcess(StripeLimits limits, TimeProvider time) => new LocalPace(limits, time);

    /// <summary>Returns when the request may leave.</summary>
    public async Task WaitAsync(Uri address, CancellationToken cancellationToken)
    {
        var (name, perSecond) = limits.BucketOf(address);
        var turn = _turns.GetOrAdd(name, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            // The endpoint's first: at most one of its tokens is held while the account's is waited for.
            await TakeAsync(name, perSecond, cancellationToken);
            await TakeAsync("", limits.PerSecond, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Takes a token out of a bucket that fills up at this pace and holds <see cref="StripeLimits.CapacityOf"/>; false when there is none.</summary>
    /// <param name="bucket">Empty for the account's.</param>
    protected abstract ValueTask<bool> TryTakeAsync(string bucket, int perSecond, CancellationToken cancellationToken);

    private async Task TakeAsync(string bucket, int perSecond, CancellationToken cancellationToken)
    {
        while (!await TryTakeAsync(bucket, perSecond, cancellationToken))
        {
            await Task.Delay(Again, time, cancellationToken);
        }
    }
}

/// <summary>The pace of this process alone.</summary>
internal sealed class LocalPace(StripeLimits limits, TimeProvider time) : AccountPace(limits, time)
{
    private readonly Dictionary<string, (double Tokens, long At)> _buckets = new(StringComparer.Ordinal);
    private readonly TimeProvider _time = time;

    protected override ValueTask<bool> TryTakeAsync(string bucket, int perSecond, CancellationToken cancellationToken) => new(TryTake(bucket, perSecond));

    internal bool TryTake(string bucket, int perSecond)
    {
        lock (_buckets)
        {
            var now = _time.GetTimestamp();
            var most = StripeLimits.CapacityOf(perSecond);
            var tokens = _buckets.TryGetValue(bucket, out var was) ? Math.Min(most, was.Tokens + (perSecond * _time.GetElapsedTime(was.At, now).TotalSeconds)) : most;
            _buckets[bucket] = (tokens >= 1 ? tokens - 1 : tokens, now);
            return tokens >= 1;
        }
    }
}

/// <summary>Lets each request, retries of the SDK too, wait for its turn.</summary>
internal sealed class PacedSend(AccountPace pace) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await pace.WaitAsync(request.RequestUri!, cancellationToken);
        return await base.SendAsync(request, cancellationToken);
    }
}
