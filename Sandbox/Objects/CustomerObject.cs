using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>What a new customer is made of.</summary>
public sealed record CustomerSpec
{
    /// <summary><c>cus_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    public string? Name { get; init; }

    public string? Email { get; init; }

    public string? Description { get; init; }

    public string? Phone { get; init; }

    /// <summary>Three letters in lower case; null until the first invoice.</summary>
    public string? Currency { get; init; }

    /// <summary>Null when no address is known.</summary>
    public JsonObject? Address { get; init; }

    /// <summary>Eight characters; the start of every invoice number.</summary>
    public required string InvoicePrefix { get; init; }

    /// <summary><c>pm_…</c> that invoices are charged to.</summary>
    public string? DefaultPaymentMethod { get; init; }

    /// <summary>Credit (negative) or debt (positive) in minor units of <see cref="Currency"/>.</summary>
    public long Balance { get; init; }

    /// <summary><c>none</c>, <c>exempt</c> or <c>reverse</c>.</summary>
    public string TaxExempt { get; init; } = "none";

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Builds <c>customer</c>.</summary>
public static class CustomerObject
{
    public static JsonObject Create(CustomerSpec spec) => new()
    {
        ["id"] = spec.Id,
        ["object"] = "customer",
        ["address"] = spec.Address?.DeepClone(),
        ["balance"] = spec.Balance,
        ["created"] = spec.Created,
        ["currency"] = spec.Currency,
        ["customer_account"] = null,
        ["default_source"] = null,
        ["delinquent"] = false,
        ["description"] = spec.Description,
        ["discount"] = null,
        ["email"] = spec.Email,
        ["invoice_prefix"] = spec.InvoicePrefix,
        ["invoice_settings"] = new JsonObject
        {
            ["custom_fields"] = null,
            ["default_payment_method"] = spec.DefaultPaymentMethod,
            ["footer"] = null,
            ["rendering_options"] = null,
        },
        ["livemode"] = false,
        ["metadata"] = JsonFields.Metadata(spec.Metadata),
        ["name"] = spec.Name,
        ["next_invoice_sequence"] = 1L,
        ["phone"] = spec.Phone,
        ["preferred_locales"] = new JsonArray(),
        ["shipping"] = null,
        ["tax_exempt"] = spec.TaxExempt,
        ["test_clock"] = null,
    };

    /// <summary>Takes the next invoice number (<c>PREFIX-0007</c>) and counts up.</summary>
    public static string TakeInvoiceNumber(JsonObject customer)
    {
        var sequence = customer.Whole("next_invoice_sequence");
        customer["next_invoice_sequence"] = sequence + 1;
        return $"{customer.Id("invoice_prefix")}-{sequence:D4}";
    }
}
