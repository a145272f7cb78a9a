using System.Collections.Concurrent;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>One pace an account and mode: tenants on the same account share it, as Stripe counts them together.</summary>
/// <param name="databases">Where nodes share it; null: each process has its own.</param>
internal sealed class AccountPaces(Func<CopilotDbFactory>? databases, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, AccountPace> _byAccount = new(StringComparer.Ordinal);

    /// <param name="limits">Those of the first who asks hold for all.</param>
    public AccountPace For(TenantContext tenant, StripeLimits limits)
    {
        var account = $"account:{tenant.Account}:{(tenant.Livemode ? "live" : "test")}";
        var context = tenant with { Id = account };
        return _byAccount.GetOrAdd(account, _ => databases is null ? AccountPace.OfThisProcess(limits, time) : new SharedPace(() => databases().Open(context), limits, time));
    }

    /// <summary>The slowest pace that a tenant of the account was given; null when none was.</summary>
    public static int? Slowest(IEnumerable<Tenant> tenants, Tenant one)
    {
        Tenant[] together = [.. tenants.Where(t => t.Context.Account == one.Context.Account && t.Context.Livemode == one.Context.Livemode)];
        return together.All(t => t.Stripe.RequestsPerSecond is null) ? null
            : together.Min(t => StripeLimits.Of(one.Context.Livemode, t.Stripe.RequestsPerSecond).PerSecond);
    }
}
