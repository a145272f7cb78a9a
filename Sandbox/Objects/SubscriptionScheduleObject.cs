using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>subscription_schedule</c> and its phases.</summary>
public static class SubscriptionScheduleObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="phases">Finished phases, in time order without gaps.</param>
    /// <param name="endBehavior"><c>release</c> or <c>cancel</c>.</param>
    /// <param name="billingMode">Made by <see cref="BillingModes"/>; null for classic.</param>
    public static JsonObject Create(
        string id, long created, string customer, IEnumerable<JsonObject> phases, string endBehavior, string? testClock = null,
        JsonObject? billingMode = null) => new()
        {
            ["id"] = id,
            ["object"] = "subscription_schedule",
            ["application"] = null,
            ["billing_mode"] = billingMode?.DeepClone() ?? BillingModes.Classic(),
            ["canceled_at"] = null,
            ["completed_at"] = null,
            ["created"] = created,
            ["current_phase"] = null,
            ["customer"] = customer,
            ["customer_account"] = null,
            ["default_settings"] = DefaultSettings(),
            ["end_behavior"] = endBehavior,
            ["livemode"] = false,
            ["metadata"] = new JsonObject(),
            ["phases"] = JsonFields.Array(phases),
            ["released_at"] = null,
            ["released_subscription"] = null,
            ["status"] = "not_started",
            ["subscription"] = null,
            ["test_clock"] = testClock,
        };

    /// <summary>One phase.</summary>
    /// <param name="start">Unix seconds.</param>
    /// <param name="end">Unix seconds.</param>
    /// <param name="items">Made by <see cref="Item"/>.</param>
    public static JsonObject Phase(long start, long end, string currency, IEnumerable<JsonObject> items, string proration = "create_prorations") => new()
    {
        ["add_invoice_items"] = new JsonArray(),
        ["application_fee_percent"] = null,
        ["billing_cycle_anchor"] = null,
        ["billing_thresholds"] = null,
        ["collection_method"] = null,
        ["currency"] = currency,
        ["default_payment_method"] = null,
        ["default_tax_rates"] = new JsonArray(),
        ["description"] = null,
        ["discounts"] = new JsonArray(),
        ["end_date"] = end,
        ["invoice_settings"] = null,
        ["items"] = JsonFields.Array(items),
        ["metadata"] = new JsonObject(),
        ["on_behalf_of"] = null,
        ["proration_behavior"] = proration,
        ["start_date"] = start,
        ["transfer_data"] = null,
        ["trial_end"] = null,
    };

    /// <summary>What is billed in a phase.</summary>
    /// <param name="quantity">Null for metered prices.</param>
    public static JsonObject Item(string price, long? quantity)
    {
        var item = new JsonObject
        {
            ["billing_thresholds"] = null,
            ["discounts"] = new JsonArray(),
            ["metadata"] = new JsonObject(),
            ["plan"] = price,
            ["price"] = price,
            ["tax_rates"] = new JsonArray(),
        };
        if (quantity is not null)
        {
            item["quantity"] = quantity;
        }

        return item;
    }

    private static JsonObject DefaultSettings() => new()
    {
        ["application_fee_percent"] = null,
        ["automatic_tax"] = new JsonObject { ["disabled_reason"] = null, ["enabled"] = false, ["liability"] = null },
        ["billing_cycle_anchor"] = "automatic",
        ["billing_thresholds"] = null,
        ["collection_method"] = "charge_automatically",
        ["default_payment_method"] = null,
        ["description"] = null,
        ["invoice_settings"] = new JsonObject
        {
            ["account_tax_ids"] = null,
            ["custom_fields"] = null,
            ["days_until_due"] = null,
            ["description"] = null,
            ["footer"] = null,
            ["issuer"] = new JsonObject { ["type"] = "self" },
        },
        ["on_behalf_of"] = null,
        ["transfer_data"] = null,
    };
}
