using BillingCopilot.Billing;
using BillingCopilot.Billing.Mistakes;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi.Projections;

/// <summary>A subscription as the rules want it.</summary>
internal static class SubscriptionFactsMap
{
    /// <param name="customer">Its discount counts where the subscription has none.</param>
    public static SubscriptionFacts Of(Subscription subscription, Customer? customer)
    {
        var own = (subscription.Discounts ?? []).Where(d => d.Source is not null).ToList();
        var discounts = own.Count > 0 ? own : customer?.Discount is { } common ? [common] : [];
        return new SubscriptionFacts(
            subscription.Id,
            subscription.EndedAt is { } ended ? Dates.Instant(ended) : null,
            [.. discounts.Where(d => d.Source.Coupon is not null).Select(Of)]);
    }

    private static RunningDiscount Of(Discount discount)
    {
        var coupon = discount.Source.Coupon;
        return new RunningDiscount(
            coupon.Id,
            coupon.Name ?? InvoiceFactsMap.UnnamedDiscount,
            coupon.PercentOff,
            coupon.AmountOff is { } off ? new Money(off, coupon.Currency) : null,
            Dates.Instant(discount.Start),
            discount.End is { } end ? Dates.Instant(end) : null,
            coupon.Duration == "once",
            coupon.AppliesTo?.Products ?? []);
    }
}
