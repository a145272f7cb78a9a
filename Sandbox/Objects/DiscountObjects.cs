using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>coupon</c>.</summary>
public static class CouponObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="percentOff">0 to 100; null when an amount is off.</param>
    /// <param name="amountOff">Minor units of <paramref name="currency"/>; null when a percentage is off.</param>
    /// <param name="duration"><c>forever</c>, <c>once</c> or <c>repeating</c>.</param>
    /// <param name="months">How long a repeating coupon lasts.</param>
    public static JsonObject Create(
        string id, long created, string name, decimal? percentOff = null, long? amountOff = null,
        string? currency = null, string duration = "once", long? months = null, long timesRedeemed = 0) => new()
        {
            ["id"] = id,
            ["object"] = "coupon",
            ["amount_off"] = amountOff,
            ["created"] = created,
            ["currency"] = currency,
            ["duration"] = duration,
            ["duration_in_months"] = months,
            ["livemode"] = false,
            ["max_redemptions"] = null,
            ["metadata"] = new JsonObject(),
            ["name"] = name,
            ["percent_off"] = percentOff,
            ["redeem_by"] = null,
            ["times_redeemed"] = timesRedeemed,
            ["valid"] = true,
        };
}

/// <summary>Builds <c>discount</c>: a coupon applied to a subscription or customer.</summary>
public static class DiscountObject
{
    /// <param name="start">Unix seconds.</param>
    /// <param name="end">Unix seconds; null for one that lasts.</param>
    public static JsonObject Create(
        string id, string coupon, string customer, long start, long? end = null,
        string? subscription = null, string? invoice = null) => new()
        {
            ["id"] = id,
            ["object"] = "discount",
            ["checkout_session"] = null,
            ["customer"] = customer,
            ["customer_account"] = null,
            ["end"] = end,
            ["invoice"] = invoice,
            ["invoice_item"] = null,
            ["promotion_code"] = null,
            ["source"] = new JsonObject { ["coupon"] = coupon, ["type"] = "coupon" },
            ["start"] = start,
            ["subscription"] = subscription,
            ["subscription_item"] = null,
        };
}

/// <summary>Builds <c>tax_rate</c>.</summary>
public static class TaxRateObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="percentage">Such as 19 for 19 %.</param>
    public static JsonObject Create(
        string id, long created, string displayName, string country, decimal percentage, bool inclusive = false) => new()
        {
            ["id"] = id,
            ["object"] = "tax_rate",
            ["active"] = true,
            ["country"] = country,
            ["created"] = created,
            ["description"] = null,
            ["display_name"] = displayName,
            ["effective_percentage"] = percentage,
            ["flat_amount"] = null,
            ["inclusive"] = inclusive,
            ["jurisdiction"] = country,
            ["jurisdiction_level"] = "country",
            ["livemode"] = false,
            ["metadata"] = new JsonObject(),
            ["percentage"] = percentage,
            ["rate_type"] = "percentage",
            ["state"] = null,
            ["tax_type"] = "vat",
        };
}
