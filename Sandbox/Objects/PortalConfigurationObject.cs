using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>billing_portal.configuration</c>: what customers may do in the portal.</summary>
public static class PortalConfigurationObject
{
    /// <summary>Id of the one that an account has from the beginning.</summary>
    public const string Standard = "bpc_1SandboxDefaultConfig00";

    private const long Opened = 1_735_689_600;

    /// <summary>What an account has before anybody changed it: card, details and invoices, and ending at the period's end.</summary>
    public static JsonObject Default() => Create(Standard, Opened, isDefault: true);

    /// <param name="created">Unix seconds.</param>
    public static JsonObject Create(string id, long created, bool isDefault) => new()
    {
        ["id"] = id,
        ["object"] = "billing_portal.configuration",
        ["active"] = true,
        ["application"] = null,
        ["business_profile"] = new JsonObject { ["headline"] = null, ["privacy_policy_url"] = null, ["terms_of_service_url"] = null },
        ["created"] = created,
        ["default_return_url"] = null,
        ["features"] = new JsonObject
        {
            ["customer_update"] = new JsonObject { ["allowed_updates"] = isDefault ? new JsonArray("address", "email", "phone", "tax_id") : new JsonArray(), ["enabled"] = isDefault },
            ["invoice_history"] = new JsonObject { ["enabled"] = isDefault },
            ["payment_method_update"] = new JsonObject { ["enabled"] = isDefault, ["payment_method_configuration"] = null },
            ["subscription_cancel"] = new JsonObject
            {
                ["cancellation_reason"] = new JsonObject { ["enabled"] = false, ["options"] = new JsonArray() },
                ["enabled"] = isDefault,
                ["mode"] = "at_period_end",
                ["proration_behavior"] = "none",
            },
            ["subscription_pause"] = new JsonObject { ["enabled"] = false },
            ["subscription_update"] = new JsonObject
            {
                ["billing_cycle_anchor"] = null,
                ["default_allowed_updates"] = new JsonArray(),
                ["enabled"] = false,
                ["proration_behavior"] = "none",
                ["schedule_at_period_end"] = new JsonObject { ["conditions"] = new JsonArray() },
                ["trial_update_behavior"] = "end_trial",
            },
        },
        ["is_default"] = isDefault,
        ["livemode"] = false,
        ["login_page"] = new JsonObject { ["enabled"] = false, ["url"] = null },
        ["metadata"] = new JsonObject(),
        ["name"] = null,
        ["updated"] = created,
    };
}
