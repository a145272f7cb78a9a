using System.Net;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>A tenant as the Bot serves it.</summary>
/// <param name="Context">What every row and call carries.</param>
/// <param name="Stripe">Keys, secrets and base address.</param>
/// <param name="Auth">Bearer tokens.</param>
/// <param name="IsSandbox">True when its far side is a sandbox on loopback: the people picker and assisted writes are then on.</param>
public sealed record Tenant(TenantContext Context, StripeSettings Stripe, AuthSettings Auth, bool IsSandbox)
{
    /// <summary>Secrets of its helpdesk.</summary>
    public HelpdeskSettings Helpdesk { get; init; } = new();
}

/// <summary>All tenants of this process; <c>default</c> first.</summary>
public sealed class TenantList(IReadOnlyList<Tenant> all)
{
    public IReadOnlyList<Tenant> All { get; } = all;

    public Tenant Default => All[0];

    /// <summary>The tenant with this id, or null.</summary>
    public Tenant? Find(string id) => All.FirstOrDefault(t => t.Context.Id == id);

    /// <summary>True when a base address and a key belong to a sandbox on this machine.</summary>
    public static bool IsSandbox(StripeSettings stripe) =>
        stripe.ReadKey?.StartsWith("rk_test_sandbox_", StringComparison.Ordinal) == true
        && Uri.TryCreate(stripe.ApiBase, UriKind.Absolute, out var address)
        && (address.Host == "localhost" || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip)));
}
