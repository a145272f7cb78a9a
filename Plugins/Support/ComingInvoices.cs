using BillingCopilot.Billing;
using BillingCopilot.Plugins.StripeApi;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>Whether a subscription brings a further invoice, and whether stored credit would be used.</summary>
internal static class ComingInvoices
{
    private static readonly string[] Running = ["active", "trialing", "past_due"];

    /// <summary>
    /// Whether a subscription of the customer in this currency goes on, so that further invoices come; null when that could not be read,
    /// or when only a last invoice of usage comes: nobody knows yet what it will be.
    /// </summary>
    public static async Task<bool?> AnyAsync(StripeReader reader, string customerId, string currency, CancellationToken cancellationToken)
    {
        if (!(await reader.SubscriptionsAsync(customerId, cancellationToken)).TryGet(out var all, out _))
        {
            return null;
        }

        var coming = all.Items.Where(s => s.Currency == currency && Comes(s)).ToList();
        return coming.Exists(s => !Ends(s)) ? true : all.Complete && coming.Count == 0 ? false : null;
    }

    /// <summary>
    /// Whether a further invoice of it comes. What was used in a period is billed when the period is over, also where the subscription
    /// ends with it: https://docs.stripe.com/billing/subscriptions/cancel.
    /// </summary>
    public static bool Comes(Subscription subscription) =>
        Running.Contains(subscription.Status) && subscription.EndedAt is null && (!Ends(subscription) || IsMetered(subscription));

    /// <summary>True when any of its prices bills what was used.</summary>
    public static bool IsMetered(Subscription subscription) => subscription.Items.Data.Exists(i => i.Price.Recurring?.UsageType == "metered");

    /// <summary>True when it ends with its period at the latest: an invoice that still comes is its last.</summary>
    public static bool Ends(Subscription subscription) =>
        subscription.CancelAtPeriodEnd || (subscription.CancelAt is { } day && subscription.Items.Data.TrueForAll(i => day <= i.CurrentPeriodEnd));
}
