using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>Makes the tenants out of the settings.</summary>
internal static class TenantSetup
{
    public static async Task<TenantList> ListAsync(CopilotSettings settings, CancellationToken cancellationToken)
    {
        var all = new List<Tenant> { New("default", settings.Stripe, settings.Auth, settings.TimeZone, settings.Currency) with { Helpdesk = settings.Helpdesk } };
        foreach (var (id, tenant) in settings.Tenants)
        {
            await FarSide.FillAccountAsync(tenant.Stripe, cancellationToken);
            all.Add(New(id, tenant.Stripe, tenant.Auth, tenant.TimeZone, tenant.Currency) with { Helpdesk = tenant.Helpdesk });
        }

        return all.All(t => t.IsSandbox == all[0].IsSandbox)
            ? new TenantList(all)
            : throw new SettingsException("Tenants: some are sandboxes and some are not. A sandbox's clock would move the others' business time; serve them from separate processes.");
    }

    private static Tenant New(string id, StripeSettings stripe, AuthSettings auth, string zone, string currency) => new(
        new TenantContext(id, stripe.Account!, stripe.ReadKey!.Contains("_live_", StringComparison.Ordinal), zone, currency),
        stripe,
        auth,
        TenantList.IsSandbox(stripe));
}
