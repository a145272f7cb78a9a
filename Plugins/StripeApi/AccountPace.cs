using System.Threading.RateLimiting;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>
/// Keeps one account's requests under Stripe's limits (https://docs.stripe.com/rate-limits): a request over the pace
/// waits its turn instead of being refused there. Retries of the SDK pass here too.
/// </summary>
internal sealed class AccountPace(RateLimiter limiter) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var turn = await limiter.AcquireAsync(1, cancellationToken);
        return turn.IsAcquired
            ? await base.SendAsync(request, cancellationToken)
            : throw new HttpRequestException("Too many requests to this Stripe account are waiting already.");
    }

    /// <param name="perSecond">Requests a second; as many may come at once.</param>
    public static RateLimiter Of(int perSecond) => new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
    {
        TokenLimit = perSecond,
        TokensPerPeriod = Math.Max(1, perSecond / 10),
        ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(0.1, 1d / perSecond)),
        QueueLimit = 10_000,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        AutoReplenishment = true,
    });
}
