using BillingCopilot.Billing;
using BillingCopilot.Plugins.StripeApi;
using Stripe;

namespace BillingCopilot.Plugins.Subscriptions;

/// <summary>What speaks against ending a subscription before its period does.</summary>
internal static class EndAtOnce
{
    private static readonly string[] Running = ["active", "trialing", "past_due", "unpaid", "paused"];

    /// <summary>Null when nothing does.</summary>
    public static async Task<Refusal?> ObstacleAsync(StripeReader reader, Subscription subscription, CancellationToken cancellationToken)
    {
        if (Unfit(subscription) is { } unfit)
        {
            return unfit;
        }

        if (!(await StillCollectedAsync(reader, subscription, cancellationToken)).TryGet(out var collected, out var refusal)
            || !(await StillToBillAsync(reader, subscription, cancellationToken)).TryGet(out var unbilled, out refusal))
        {
            return refusal;
        }

        return collected.Count > 0
            ? new Refusal("invoices_open", $"{collected.Count} invoice(s) of it are open or drafts ({collected[0].Number ?? "a draft"}), and Stripe would stop collecting them.", "See that they are paid or void first, or end it at the end of its period.")
            : unbilled > 0 ? new Refusal("items_unbilled", $"{unbilled} item(s), such as an upgrade's proration, wait for its next invoice, and there would be none.", "End it at the end of its period: then they are billed. Or bill or delete them in Stripe's dashboard first.")
            : null;
    }

    private static Refusal? Unfit(Subscription subscription) =>
        !Running.Contains(subscription.Status) ? new Refusal("subscription_not_running", $"The subscription is {subscription.Status}.")
        : subscription.Items.Data.Any(i => i.Price.Recurring?.UsageType == "metered")
            ? new Refusal("usage_not_billed", "The subscription bills by usage, and what was used since the last invoice would be lost.", "End it at the end of its period: then the usage is billed.")
        : null;

    private static async Task<Outcome<IReadOnlyList<Invoice>>> StillCollectedAsync(StripeReader reader, Subscription subscription, CancellationToken cancellationToken)
    {
        List<Invoice> found = [];
        foreach (var status in new[] { "open", "draft" })
        {
            var filter = new InvoiceListOptions { Customer = subscription.CustomerId, Subscription = subscription.Id, Status = status };
            if (!(await reader.InvoicesAsync(filter, cancellationToken)).TryGet(out var list, out var refusal))
            {
                return refusal;
            }

            found.AddRange(list.Items);
        }

        return found;
    }

    /// <summary>How many pending items only its next invoice would bill: its own, and those of no subscription.</summary>
    private static async Task<Outcome<int>> StillToBillAsync(StripeReader reader, Subscription subscription, CancellationToken cancellationToken) =>
        (await reader.PendingItemsAsync(subscription.CustomerId, cancellationToken))
            .Map(pending => pending.Items.Count(i => i.Parent?.SubscriptionDetails?.Subscription is not { } of || of == subscription.Id) + (pending.Complete ? 0 : 1));
}
