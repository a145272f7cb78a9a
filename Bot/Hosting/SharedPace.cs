using System.Threading.RateLimiting;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>
/// The pace of an account's calls to Stripe out of a bucket in the database, so that all nodes together keep to its
/// limit. A node takes a twentieth of a second's calls at a time; what it does not use is lost with it.
/// </summary>
/// <param name="perSecond">Calls a second of all nodes together; as many may come at once.</param>
internal sealed class SharedPace(Func<CopilotDb> open, int perSecond, TimeProvider time) : RateLimiter
{
    private const string Bucket = "stripe";
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(25);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly int _parcel = Math.Max(1, perSecond / 20);
    private int _left;

    public override TimeSpan? IdleDuration => null;

    public override RateLimiterStatistics? GetStatistics() => null;

    protected override RateLimitLease AttemptAcquireCore(int permitCount) => new Lease(permitCount == 0);

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (_left < permitCount)
            {
                var wanted = Math.Max(_parcel, permitCount);
                await using var db = open();
                if (await db.TakeTokensAsync(Bucket, wanted, perSecond, cancellationToken))
                {
                    _left += wanted;
                }
                else
                {
                    await Task.Delay(Again, time, cancellationToken);
                }
            }

            _left -= permitCount;
            return new Lease(true);
        }
        finally
        {
            _turn.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _turn.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed class Lease(bool acquired) : RateLimitLease
    {
        public override bool IsAcquired => acquired;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}
