using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>The pace of an account's calls to Stripe out of buckets in the database, so that all nodes together keep to its limits.</summary>
internal sealed class SharedPace(Func<CopilotDb> open, StripeLimits limits, TimeProvider time) : AccountPace(limits, time)
{
    protected override async ValueTask<bool> TryTakeAsync(string bucket, int perSecond, CancellationToken cancellationToken)
    {
        await using var db = open();
        return await db.TakeTokensAsync(bucket.Length == 0 ? "stripe" : $"stripe {bucket}", 1, perSecond, StripeLimits.CapacityOf(perSecond), cancellationToken);
    }
}
