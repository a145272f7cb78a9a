using BillingCopilot.Billing.Invoices;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi.Projections;

/// <summary>A price as the rules want it.</summary>
internal static class PriceFactsMap
{
    public static PriceFacts Of(Price price) => new(
        price.Id,
        price.BillingScheme == "tiered" ? null : price.UnitAmountDecimal ?? price.UnitAmount,
        price.Recurring?.Interval,
        price.Recurring?.IntervalCount ?? 1,
        price.Recurring?.UsageType == "metered",
        [.. (price.Tiers ?? []).Select(t => new TierFacts(t.UpTo, t.UnitAmountDecimal ?? t.UnitAmount ?? 0, t.FlatAmountDecimal ?? t.FlatAmount ?? 0))],
        price.TiersMode == "volume",
        price.TransformQuantity?.DivideBy,
        price.TransformQuantity?.Round != "down");
}
