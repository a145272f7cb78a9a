using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Customers;

/// <summary>Subscriptions in few words: plan names, price, renewal.</summary>
internal sealed class SubscriptionProjection(StripeReader reader, TenantContext tenant)
{
    /// <summary>Subscriptions that matter now: all that are not over, or the latest when all are.</summary>
    public async Task<Outcome<IReadOnlyList<SubscriptionView>>> OfAsync(string customerId, CancellationToken cancellationToken)
    {
        if (!(await reader.SubscriptionsAsync(customerId, cancellationToken)).TryGet(out var all, out var refusal))
        {
            return refusal;
        }

        var current = all.Items.Where(s => s.Status is not ("canceled" or "incomplete_expired")).ToList();
        var shown = current.Count > 0 ? current : [.. all.Items.Take(1)];
        var products = shown.SelectMany(s => s.Items.Data).Select(i => i.Price.ProductId);
        return (await reader.ProductNamesAsync(products, cancellationToken)).TryGet(out var names, out refusal)
            ? new Outcome<IReadOnlyList<SubscriptionView>>.Ok([.. shown.Select(s => View(s, names, tenant))])
            : refusal;
    }

    /// <summary>One subscription, with its plans' names.</summary>
    public async Task<Outcome<SubscriptionView>> ViewAsync(Subscription subscription, CancellationToken cancellationToken) =>
        (await reader.ProductNamesAsync(subscription.Items.Data.Select(i => i.Price.ProductId), cancellationToken)).Map(names => View(subscription, names, tenant));

    internal static SubscriptionView View(Subscription subscription, IReadOnlyDictionary<string, string> names, TenantContext tenant)
    {
        var periodEnd = subscription.Items.Data.Select(i => (DateTime?)i.CurrentPeriodEnd).Min();
        var ends = subscription.CancelAt ?? (subscription.CancelAtPeriodEnd ? periodEnd : null);
        var over = subscription.Status == "canceled";
        return new SubscriptionView(
            subscription.Ref(),
            subscription.Status,
            [.. subscription.Items.Data.Select(i => Plan(i, names))],
            over || ends is not null ? null : tenant.Day(periodEnd),
            over ? null : tenant.Day(ends),
            subscription.Status == "trialing" ? tenant.Day(subscription.TrialEnd) : null,
            over ? tenant.Day(subscription.EndedAt ?? subscription.CanceledAt) : null);
    }

    private static PlanView Plan(SubscriptionItem item, IReadOnlyDictionary<string, string> names) => PlanOf(item.Price, item.Quantity, names);

    internal static PlanView PlanOf(Price price, long quantity, IReadOnlyDictionary<string, string> names)
    {
        var metered = price.Recurring?.UsageType == "metered";
        return new PlanView(
            new UntrustedText(names.GetValueOrDefault(price.ProductId) ?? price.Nickname ?? "(unnamed plan)"),
            metered || quantity == 1 ? null : quantity,
            price.UnitAmount is { } unit && price.BillingScheme != "tiered" ? new Money(unit, price.Currency) : null,
            price.Recurring is { } recurring ? (recurring.IntervalCount > 1 ? $"{recurring.IntervalCount} {recurring.Interval}s" : recurring.Interval) : null,
            metered ? true : null);
    }
}
