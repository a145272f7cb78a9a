using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>promotion_code</c>: what customers type in to get a coupon.</summary>
public static class PromotionCodeObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="code">Such as <c>FALL20</c>.</param>
    public static JsonObject Create(string id, long created, string code, string coupon, string? customer = null) => new()
    {
        ["id"] = id,
        ["object"] = "promotion_code",
        ["active"] = true,
        ["code"] = code,
        ["created"] = created,
        ["customer"] = customer,
        ["customer_account"] = null,
        ["expires_at"] = null,
        ["livemode"] = false,
        ["max_redemptions"] = null,
        ["metadata"] = new JsonObject(),
        ["promotion"] = new JsonObject { ["coupon"] = coupon, ["type"] = "coupon" },
        ["restrictions"] = new JsonObject { ["first_time_transaction"] = false, ["minimum_amount"] = null, ["minimum_amount_currency"] = null },
        ["times_redeemed"] = 0L,
    };
}
