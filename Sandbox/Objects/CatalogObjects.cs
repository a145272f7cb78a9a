using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>product</c>.</summary>
public static class ProductObject
{
    /// <param name="unitLabel">What one unit is called on an invoice, such as <c>seat</c>.</param>
    /// <param name="created">Unix seconds.</param>
    public static JsonObject Create(
        string id, long created, string name, string? description = null, string? defaultPrice = null,
        string? unitLabel = null, IReadOnlyDictionary<string, string>? metadata = null) => new()
        {
            ["id"] = id,
            ["object"] = "product",
            ["active"] = true,
            ["created"] = created,
            ["default_price"] = defaultPrice,
            ["description"] = description,
            ["images"] = new JsonArray(),
            ["livemode"] = false,
            ["marketing_features"] = new JsonArray(),
            ["metadata"] = JsonFields.Metadata(metadata),
            ["name"] = name,
            ["package_dimensions"] = null,
            ["shippable"] = null,
            ["statement_descriptor"] = null,
            ["tax_code"] = null,
            ["type"] = "service",
            ["unit_label"] = unitLabel,
            ["updated"] = created,
            ["url"] = null,
        };
}

/// <summary>One step of a graduated price.</summary>
/// <param name="UpTo">Last unit of the step, included; null for the last step.</param>
/// <param name="UnitAmountDecimal">Minor units for each unit, such as <c>0.05</c>.</param>
/// <param name="FlatAmount">Minor units once the step is entered; null for none.</param>
public sealed record PriceTierSpec(long? UpTo, decimal UnitAmountDecimal, long? FlatAmount = null);

/// <summary>What a price is made of.</summary>
public sealed record PriceSpec
{
    /// <summary><c>price_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary><c>prod_…</c></summary>
    public required string Product { get; init; }

    /// <summary>Three letters in lower case.</summary>
    public required string Currency { get; init; }

    /// <summary>Minor units; null for tiers.</summary>
    public long? UnitAmount { get; init; }

    /// <summary><c>month</c> or <c>year</c>; null for a one-off price.</summary>
    public string? Interval { get; init; } = "month";

    /// <summary><c>mtr_…</c>; makes the price metered, billed in arrears.</summary>
    public string? Meter { get; init; }

    /// <summary>Graduated tiers; null for one amount a unit.</summary>
    public IReadOnlyList<PriceTierSpec>? Tiers { get; init; }

    public string? Nickname { get; init; }

    public string? LookupKey { get; init; }

    /// <summary><c>exclusive</c>, <c>inclusive</c> or <c>unspecified</c>.</summary>
    public string TaxBehavior { get; init; } = "exclusive";

    public bool Active { get; init; } = true;

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Builds <c>price</c>. <c>tiers</c> is always present; the HTTP layer leaves it out unless expanded.</summary>
public static class PriceObject
{
    public static JsonObject Create(PriceSpec spec)
    {
        var price = new JsonObject
        {
            ["id"] = spec.Id,
            ["object"] = "price",
            ["active"] = spec.Active,
            ["billing_scheme"] = spec.Tiers is null ? "per_unit" : "tiered",
            ["created"] = spec.Created,
            ["currency"] = spec.Currency,
            ["custom_unit_amount"] = null,
            ["livemode"] = false,
            ["lookup_key"] = spec.LookupKey,
            ["metadata"] = JsonFields.Metadata(spec.Metadata),
            ["nickname"] = spec.Nickname,
            ["product"] = spec.Product,
            ["recurring"] = Recurring(spec),
            ["tax_behavior"] = spec.TaxBehavior,
            ["tiers_mode"] = spec.Tiers is null ? null : "graduated",
            ["transform_quantity"] = null,
            ["type"] = spec.Interval is null ? "one_time" : "recurring",
            ["unit_amount"] = spec.UnitAmount,
            ["unit_amount_decimal"] = spec.UnitAmount?.ToString(),
        };
        if (spec.Tiers is not null)
        {
            price["tiers"] = JsonFields.Array(spec.Tiers.Select(Tier));
        }

        return price;
    }

    private static JsonObject? Recurring(PriceSpec spec) => spec.Interval is null ? null : new JsonObject
    {
        ["interval"] = spec.Interval,
        ["interval_count"] = 1L,
        ["meter"] = spec.Meter,
        ["trial_period_days"] = null,
        ["usage_type"] = spec.Meter is null ? "licensed" : "metered",
    };

    private static JsonObject Tier(PriceTierSpec tier) => new()
    {
        ["flat_amount"] = tier.FlatAmount,
        ["flat_amount_decimal"] = tier.FlatAmount?.ToString(),
        ["unit_amount"] = tier.UnitAmountDecimal == decimal.Truncate(tier.UnitAmountDecimal) ? (long)tier.UnitAmountDecimal : null,
        ["unit_amount_decimal"] = tier.UnitAmountDecimal.ToString("0.############"),
        ["up_to"] = tier.UpTo,
    };
}

/// <summary>Builds <c>billing.meter</c>.</summary>
public static class MeterObject
{
    /// <param name="created">Unix seconds.</param>
    public static JsonObject Create(string id, long created, string displayName, string eventName) => new()
    {
        ["id"] = id,
        ["object"] = "billing.meter",
        ["created"] = created,
        ["customer_mapping"] = new JsonObject { ["event_payload_key"] = "stripe_customer_id", ["type"] = "by_id" },
        ["default_aggregation"] = new JsonObject { ["formula"] = "sum" },
        ["display_name"] = displayName,
        ["event_name"] = eventName,
        ["event_time_window"] = null,
        ["livemode"] = false,
        ["status"] = "active",
        ["status_transitions"] = new JsonObject { ["deactivated_at"] = null },
        ["updated"] = created,
        ["value_settings"] = new JsonObject { ["event_payload_key"] = "value" },
    };
}
