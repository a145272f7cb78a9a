using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>tax_id</c>: a customer's VAT or business number. It has no metadata, and nothing of it can be changed.</summary>
public static class TaxIdObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="country">Two letters; null where the type and value name none.</param>
    public static JsonObject Create(string id, long created, string customer, string type, string value, string? country) => new()
    {
        ["id"] = id,
        ["object"] = "tax_id",
        ["country"] = country,
        ["created"] = created,
        ["customer"] = customer,
        ["customer_account"] = null,
        ["livemode"] = false,
        ["owner"] = new JsonObject { ["customer"] = customer, ["customer_account"] = null, ["type"] = "customer" },
        ["type"] = type,
        ["value"] = value,
        ["verification"] = new JsonObject { ["status"] = "unavailable", ["verified_address"] = null, ["verified_name"] = null },
    };
}
