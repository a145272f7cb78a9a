namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Requests a second that an account is kept to.</summary>
/// <param name="PerSecond">All of them together.</param>
/// <param name="PerEndpoint">To one resource (<c>/v1/invoices</c> and everything under it).</param>
/// <param name="Searches">All searches together.</param>
public sealed record StripeLimits(int PerSecond, int PerEndpoint, int Searches)
{
    /// <summary>
    /// Under Stripe's own (https://docs.stripe.com/rate-limits: 100 a second live, 25 in test mode, 25 an endpoint, 20
    /// searches) by what a bucket gives at once besides, and a token or two that nodes hold.
    /// </summary>
    /// <param name="perSecond">Null for Stripe's default of the mode.</param>
    public static StripeLimits Of(bool livemode, int? perSecond)
    {
        var all = perSecond ?? (livemode ? 80 : 20);
        return new StripeLimits(all, Math.Min(all, 20), Math.Min(all, 16));
    }

    /// <summary>What one bucket holds: a tenth of a second's requests, and at least one.</summary>
    public static double CapacityOf(int perSecond) => Math.Max(1, perSecond / 10d);

    /// <summary>The bucket of a request besides the account's, with how fast it fills.</summary>
    internal (string Name, int PerSecond) BucketOf(Uri address)
    {
        var parts = address.AbsolutePath.Split('/', 4, StringSplitOptions.RemoveEmptyEntries);
        return address.AbsolutePath.EndsWith("/search", StringComparison.Ordinal) ? ("search", Searches) : (string.Join('/', parts.Take(2)), PerEndpoint);
    }
}
