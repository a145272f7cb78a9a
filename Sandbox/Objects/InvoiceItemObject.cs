using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>What an invoice item is made of.</summary>
public sealed record InvoiceItemSpec
{
    /// <summary><c>ii_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Date { get; init; }

    public required string Customer { get; init; }

    /// <summary>Minor units; negative for a credit.</summary>
    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public string? Description { get; init; }

    /// <summary><c>in_…</c>; null while it waits for the next invoice.</summary>
    public string? Invoice { get; init; }

    public string? Subscription { get; init; }

    public string? SubscriptionItem { get; init; }

    public bool Proration { get; init; }

    /// <summary>Minor units after discounts, of an item that takes no further ones; null for <see cref="Amount"/>.</summary>
    public long? NetAmount { get; init; }

    /// <summary>Discount id and minor units that were taken when the proration was made; negative in a credit.</summary>
    public IReadOnlyList<(string Discount, long Amount)> ProrationDiscounts { get; init; } = [];

    public long? Quantity { get; init; } = 1;

    public string? Price { get; init; }

    public string? Product { get; init; }

    /// <summary>Minor units for one unit.</summary>
    public decimal? UnitAmountDecimal { get; init; }

    /// <summary>Unix seconds; null for <see cref="Date"/>.</summary>
    public long? PeriodStart { get; init; }

    /// <summary>Unix seconds; null for <see cref="Date"/>.</summary>
    public long? PeriodEnd { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Builds <c>invoiceitem</c>.</summary>
public static class InvoiceItemObject
{
    public static JsonObject Create(InvoiceItemSpec spec) => new()
    {
        ["id"] = spec.Id,
        ["object"] = "invoiceitem",
        ["amount"] = spec.Amount,
        ["currency"] = spec.Currency,
        ["customer"] = spec.Customer,
        ["customer_account"] = null,
        ["date"] = spec.Date,
        ["description"] = spec.Description,
        ["discountable"] = !spec.Proration,
        ["discounts"] = new JsonArray(),
        ["invoice"] = spec.Invoice,
        ["livemode"] = false,
        ["metadata"] = JsonFields.Metadata(spec.Metadata),
        ["net_amount"] = spec.NetAmount ?? spec.Amount,
        ["parent"] = Parent(spec),
        ["period"] = new JsonObject { ["end"] = spec.PeriodEnd ?? spec.Date, ["start"] = spec.PeriodStart ?? spec.Date },
        ["pricing"] = LineItemObject.Pricing(spec.Price, spec.Product, spec.UnitAmountDecimal),
        ["proration"] = spec.Proration,
        ["proration_details"] = spec.Proration
            ? new JsonObject { ["discount_amounts"] = JsonFields.Array(spec.ProrationDiscounts.Select(LineItemObject.DiscountAmount)) }
            : null,
        ["quantity"] = spec.Quantity,
        ["quantity_decimal"] = spec.Quantity?.ToString(),
        ["tax_rates"] = new JsonArray(),
        ["test_clock"] = null,
    };

    private static JsonObject? Parent(InvoiceItemSpec spec) => spec.Subscription is null ? null : new JsonObject
    {
        ["subscription_details"] = new JsonObject
        {
            ["subscription"] = spec.Subscription,
            ["subscription_item"] = spec.SubscriptionItem,
        },
        ["type"] = "subscription_details",
    };
}
