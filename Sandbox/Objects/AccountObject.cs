using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>account</c>, the merchant's own.</summary>
public static class AccountObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="timeZone">IANA name; days and months of reports are cut in it.</param>
    public static JsonObject Create(string id, long created, string name, string country, string currency, string timeZone) => new()
    {
        ["id"] = id,
        ["object"] = "account",
        ["business_profile"] = new JsonObject
        {
            ["mcc"] = "5734",
            ["name"] = name,
            ["product_description"] = null,
            ["support_address"] = null,
            ["support_email"] = "support@lumen.example",
            ["support_phone"] = null,
            ["support_url"] = null,
            ["url"] = "https://lumen.example",
        },
        ["business_type"] = "company",
        ["capabilities"] = new JsonObject { ["card_payments"] = "active", ["transfers"] = "active" },
        ["charges_enabled"] = true,
        ["country"] = country,
        ["created"] = created,
        ["default_currency"] = currency,
        ["details_submitted"] = true,
        ["email"] = "owner@lumen.example",
        ["metadata"] = new JsonObject(),
        ["payouts_enabled"] = true,
        ["settings"] = new JsonObject
        {
            ["dashboard"] = new JsonObject { ["display_name"] = name, ["timezone"] = timeZone },
            ["payments"] = new JsonObject { ["statement_descriptor"] = "LUMEN" },
        },
        ["type"] = "standard",
    };
}

/// <summary>Builds the <c>account</c> of a seller connected to the platform.</summary>
public static class ConnectedAccountObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="type"><c>standard</c>, <c>express</c>, <c>custom</c> or <c>none</c>.</param>
    /// <param name="ready">Whether it has passed verification and may take payments.</param>
    public static JsonObject Create(
        string id, long created, string? name, string? email, string country = "US", string currency = "usd", string type = "express",
        bool ready = true, IReadOnlyDictionary<string, string>? metadata = null) => new()
        {
            ["id"] = id,
            ["object"] = "account",
            ["business_profile"] = new JsonObject
            {
                ["mcc"] = null,
                ["name"] = name,
                ["product_description"] = null,
                ["support_address"] = null,
                ["support_email"] = null,
                ["support_phone"] = null,
                ["support_url"] = null,
                ["url"] = null,
            },
            ["business_type"] = null,
            ["capabilities"] = new JsonObject { ["card_payments"] = Capability(ready), ["transfers"] = Capability(ready) },
            ["charges_enabled"] = ready,
            ["controller"] = Controller(type),
            ["country"] = country,
            ["created"] = created,
            ["default_currency"] = currency,
            ["details_submitted"] = ready,
            ["email"] = email,
            ["external_accounts"] = JsonFields.List($"/v1/accounts/{id}/external_accounts", []),
            ["future_requirements"] = Requirements(),
            ["metadata"] = JsonFields.Metadata(metadata),
            ["payouts_enabled"] = ready,
            ["requirements"] = Requirements(),
            ["settings"] = new JsonObject
            {
                ["dashboard"] = new JsonObject { ["display_name"] = name, ["timezone"] = "Etc/UTC" },
                ["payments"] = new JsonObject { ["statement_descriptor"] = null },
                ["payouts"] = new JsonObject
                {
                    ["debit_negative_balances"] = true,
                    ["schedule"] = new JsonObject { ["delay_days"] = 2L, ["interval"] = "daily" },
                    ["statement_descriptor"] = null,
                },
            },
            ["tos_acceptance"] = new JsonObject { ["date"] = null, ["ip"] = null, ["user_agent"] = null },
            ["type"] = type,
        };

    private static string Capability(bool ready) => ready ? "active" : "inactive";

    private static JsonObject Controller(string type) => type == "standard"
        ? new JsonObject { ["type"] = "account" }
        : new JsonObject
        {
            ["fees"] = new JsonObject { ["payer"] = type == "custom" ? "application_custom" : "application_express" },
            ["is_controller"] = true,
            ["losses"] = new JsonObject { ["payments"] = "application" },
            ["requirement_collection"] = type == "custom" ? "application" : "stripe",
            ["stripe_dashboard"] = new JsonObject { ["type"] = type == "custom" ? "none" : "express" },
            ["type"] = "application",
        };

    private static JsonObject Requirements() => new()
    {
        ["alternatives"] = new JsonArray(),
        ["current_deadline"] = null,
        ["currently_due"] = new JsonArray(),
        ["disabled_reason"] = null,
        ["errors"] = new JsonArray(),
        ["eventually_due"] = new JsonArray(),
        ["past_due"] = new JsonArray(),
        ["pending_verification"] = new JsonArray(),
    };
}
