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
