using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>What one line of a subscription is made of.</summary>
public sealed record SubscriptionItemSpec
{
    /// <summary><c>si_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary>The whole <c>price</c> document: Stripe inlines it.</summary>
    public required JsonObject Price { get; init; }

    /// <summary>Null for metered prices.</summary>
    public long? Quantity { get; init; } = 1;

    /// <summary>Unix seconds.</summary>
    public required long CurrentPeriodStart { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long CurrentPeriodEnd { get; init; }
}

/// <summary>What a subscription is made of.</summary>
public sealed record SubscriptionSpec
{
    /// <summary><c>sub_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    public required string Customer { get; init; }

    public required string Currency { get; init; }

    /// <summary>Unix seconds: every renewal falls on its day of the month and time of day.</summary>
    public required long BillingCycleAnchor { get; init; }

    public required IReadOnlyList<SubscriptionItemSpec> Items { get; init; }

    /// <summary><c>active</c>, <c>past_due</c>, <c>canceled</c>, <c>trialing</c>, <c>unpaid</c> …</summary>
    public string Status { get; init; } = "active";

    /// <summary><c>charge_automatically</c> or <c>send_invoice</c>.</summary>
    public string CollectionMethod { get; init; } = "charge_automatically";

    /// <summary>Only for <c>send_invoice</c>.</summary>
    public long? DaysUntilDue { get; init; }

    public string? DefaultPaymentMethod { get; init; }

    /// <summary>Ids of discounts in force.</summary>
    public IReadOnlyList<string> Discounts { get; init; } = [];

    /// <summary>Tax rate documents applied to every line.</summary>
    public IReadOnlyList<JsonObject> DefaultTaxRates { get; init; } = [];

    /// <summary><c>in_…</c></summary>
    public string? LatestInvoice { get; init; }

    public string? Description { get; init; }

    /// <summary>Made by <see cref="BillingModes"/>; null for classic.</summary>
    public JsonObject? BillingMode { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Builds <c>subscription</c> with its list of <c>subscription_item</c>.</summary>
public static class SubscriptionObject
{
    public static JsonObject Create(SubscriptionSpec spec) => new()
    {
        ["id"] = spec.Id,
        ["object"] = "subscription",
        ["application"] = null,
        ["application_fee_percent"] = null,
        ["automatic_tax"] = new JsonObject { ["disabled_reason"] = null, ["enabled"] = false, ["liability"] = null },
        ["billing_cycle_anchor"] = spec.BillingCycleAnchor,
        ["billing_cycle_anchor_config"] = null,
        ["billing_mode"] = spec.BillingMode?.DeepClone() ?? BillingModes.Classic(),
        ["billing_thresholds"] = null,
        ["cancel_at"] = null,
        ["cancel_at_period_end"] = false,
        ["canceled_at"] = null,
        ["cancellation_details"] = new JsonObject { ["comment"] = null, ["feedback"] = null, ["reason"] = null },
        ["collection_method"] = spec.CollectionMethod,
        ["created"] = spec.Created,
        ["currency"] = spec.Currency,
        ["customer"] = spec.Customer,
        ["customer_account"] = null,
        ["days_until_due"] = spec.DaysUntilDue,
        ["default_payment_method"] = spec.DefaultPaymentMethod,
        ["default_source"] = null,
        ["default_tax_rates"] = JsonFields.Array(spec.DefaultTaxRates.Select(rate => rate.DeepClone())),
        ["description"] = spec.Description,
        ["discounts"] = JsonFields.Array(spec.Discounts),
        ["ended_at"] = null,
        ["invoice_settings"] = new JsonObject { ["account_tax_ids"] = null, ["issuer"] = new JsonObject { ["type"] = "self" } },
        ["items"] = JsonFields.List($"/v1/subscription_items?subscription={spec.Id}", spec.Items.Select(item => Item(spec.Id, item))),
        ["latest_invoice"] = spec.LatestInvoice,
        ["livemode"] = false,
        ["metadata"] = JsonFields.Metadata(spec.Metadata),
        ["next_pending_invoice_item_invoice"] = null,
        ["on_behalf_of"] = null,
        ["pause_collection"] = null,
        ["payment_settings"] = new JsonObject
        {
            ["payment_method_options"] = null,
            ["payment_method_types"] = null,
            ["save_default_payment_method"] = "off",
        },
        ["pending_invoice_item_interval"] = null,
        ["pending_setup_intent"] = null,
        ["pending_update"] = null,
        ["schedule"] = null,
        ["start_date"] = spec.Created,
        ["status"] = spec.Status,
        ["test_clock"] = null,
        ["transfer_data"] = null,
        ["trial_end"] = null,
        ["trial_settings"] = new JsonObject { ["end_behavior"] = new JsonObject { ["missing_payment_method"] = "create_invoice" } },
        ["trial_start"] = null,
    };

    /// <summary>One <c>subscription_item</c>.</summary>
    public static JsonObject Item(string subscription, SubscriptionItemSpec spec)
    {
        var item = new JsonObject
        {
            ["id"] = spec.Id,
            ["object"] = "subscription_item",
            ["billing_thresholds"] = null,
            ["created"] = spec.Created,
            ["current_period_end"] = spec.CurrentPeriodEnd,
            ["current_period_start"] = spec.CurrentPeriodStart,
            ["discounts"] = new JsonArray(),
            ["metadata"] = new JsonObject(),
            ["plan"] = Plan(spec.Price),
            ["price"] = InlinePrice(spec.Price),
            ["subscription"] = subscription,
            ["tax_rates"] = new JsonArray(),
        };
        if (spec.Quantity is { } quantity)
        {
            item["quantity"] = quantity;
        }

        return item;
    }

    private static JsonObject InlinePrice(JsonObject price)
    {
        var copy = price.DeepClone().AsObject();
        copy.Remove("tiers");
        return copy;
    }

    private static JsonObject Plan(JsonObject price)
    {
        var recurring = price["recurring"]!.AsObject();
        return new JsonObject
        {
            ["id"] = price.Id(),
            ["object"] = "plan",
            ["active"] = (bool)price["active"]!,
            ["amount"] = price["unit_amount"]?.DeepClone(),
            ["amount_decimal"] = price["unit_amount_decimal"]?.DeepClone(),
            ["billing_scheme"] = price.Text("billing_scheme"),
            ["created"] = price.Whole("created"),
            ["currency"] = price.Text("currency"),
            ["interval"] = recurring.Text("interval"),
            ["interval_count"] = recurring.Whole("interval_count"),
            ["livemode"] = false,
            ["metadata"] = price["metadata"]!.DeepClone(),
            ["meter"] = recurring.Text("meter"),
            ["nickname"] = price.Text("nickname"),
            ["product"] = price.Text("product"),
            ["tiers_mode"] = price.Text("tiers_mode"),
            ["transform_usage"] = null,
            ["trial_period_days"] = null,
            ["usage_type"] = recurring.Text("usage_type"),
        };
    }
}
