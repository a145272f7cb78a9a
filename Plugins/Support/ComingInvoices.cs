using BillingCopilot.Billing;
using BillingCopilot.Plugins.StripeApi;

namespace BillingCopilot.Plugins.Support;

/// <summary>Whether stored credit would be used.</summary>
internal static class ComingInvoices
{
    private static readonly string[] Billing = ["active", "trialing", "past_due"];

    /// <summary>Whether a subscription of the customer in this currency goes on, so that a further invoice comes; null when that could not be read.</summary>
    public static async Task<bool?> AnyAsync(StripeReader reader, string customerId, string currency, CancellationToken cancellationToken) =>
        !(await reader.SubscriptionsAsync(customerId, cancellationToken)).TryGet(out var all, out _) ? null
            : all.Items.Any(s => Billing.Contains(s.Status) && s is { EndedAt: null, CancelAtPeriodEnd: false, CancelAt: null } && s.Currency == currency) ? true
            : all.Complete ? false : null;
}
