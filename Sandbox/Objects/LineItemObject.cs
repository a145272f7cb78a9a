using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>A tax on a line.</summary>
/// <param name="Amount">Minor units.</param>
/// <param name="TaxableAmount">Minor units, after discounts.</param>
/// <param name="TaxRate"><c>txr_…</c></param>
/// <param name="Inclusive">Whether the line's amount already contains it.</param>
public sealed record TaxSpec(long Amount, long TaxableAmount, string TaxRate, bool Inclusive = false)
{
    /// <summary>Why the amount is what it is, in Stripe's words.</summary>
    public string Reason { get; init; } = "not_available";
}

/// <summary>What an invoice line is made of.</summary>
public sealed record LineItemSpec
{
    /// <summary><c>il_…</c></summary>
    public required string Id { get; init; }

    /// <summary><c>in_…</c></summary>
    public required string Invoice { get; init; }

    /// <summary>Minor units before discounts and exclusive tax; negative for a credit.</summary>
    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public string? Description { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long PeriodStart { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long PeriodEnd { get; init; }

    public long? Quantity { get; init; } = 1;

    /// <summary><c>price_…</c>; null for a line with an amount only.</summary>
    public string? Price { get; init; }

    /// <summary><c>prod_…</c></summary>
    public string? Product { get; init; }

    /// <summary>Minor units for one unit.</summary>
    public decimal? UnitAmountDecimal { get; init; }

    /// <summary><c>sub_…</c>; null outside subscriptions.</summary>
    public string? Subscription { get; init; }

    /// <summary><c>si_…</c></summary>
    public string? SubscriptionItem { get; init; }

    /// <summary><c>ii_…</c> when the line comes from an invoice item.</summary>
    public string? InvoiceItem { get; init; }

    public bool Proration { get; init; }

    /// <summary>Invoice that a prorated credit takes back.</summary>
    public string? CreditedInvoice { get; init; }

    /// <summary>Lines of <see cref="CreditedInvoice"/> that a prorated credit takes back.</summary>
    public IReadOnlyList<string> CreditedLines { get; init; } = [];

    /// <summary>Discount id and minor units off.</summary>
    public IReadOnlyList<(string Discount, long Amount)> Discounts { get; init; } = [];

    public IReadOnlyList<TaxSpec> Taxes { get; init; } = [];

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Builds <c>line_item</c>.</summary>
public static class LineItemObject
{
    public static JsonObject Create(LineItemSpec spec) => new()
    {
        ["id"] = spec.Id,
        ["object"] = "line_item",
        ["amount"] = spec.Amount,
        ["currency"] = spec.Currency,
        ["description"] = spec.Description,
        ["discount_amounts"] = JsonFields.Array(spec.Discounts.Select(DiscountAmount)),
        ["discountable"] = !spec.Proration,
        ["discounts"] = new JsonArray(),
        ["invoice"] = spec.Invoice,
        ["livemode"] = false,
        ["metadata"] = JsonFields.Metadata(spec.Metadata),
        ["parent"] = Parent(spec),
        ["period"] = new JsonObject { ["end"] = spec.PeriodEnd, ["start"] = spec.PeriodStart },
        ["pretax_credit_amounts"] = JsonFields.Array(spec.Discounts.Select(PretaxCredit)),
        ["pricing"] = Pricing(spec.Price, spec.Product, spec.UnitAmountDecimal),
        ["quantity"] = spec.Quantity,
        ["quantity_decimal"] = spec.Quantity?.ToString(),
        ["subscription"] = spec.Subscription,
        ["subtotal"] = spec.Amount,
        ["taxes"] = JsonFields.Array(spec.Taxes.Select(Tax)),
    };

    /// <summary>The <c>pricing</c> of a line or an invoice item; null when there is no price.</summary>
    public static JsonObject? Pricing(string? price, string? product, decimal? unitAmount) => price is null ? null : new JsonObject
    {
        ["price_details"] = new JsonObject { ["price"] = price, ["product"] = product },
        ["type"] = "price_details",
        ["unit_amount_decimal"] = unitAmount?.ToString("0.############"),
    };

    /// <summary>One entry of <c>taxes</c> or <c>total_taxes</c>.</summary>
    public static JsonObject Tax(TaxSpec tax) => new()
    {
        ["amount"] = tax.Amount,
        ["tax_behavior"] = tax.Inclusive ? "inclusive" : "exclusive",
        ["tax_rate_details"] = new JsonObject { ["tax_rate"] = tax.TaxRate },
        ["taxability_reason"] = tax.Reason,
        ["taxable_amount"] = tax.TaxableAmount,
        ["type"] = "tax_rate_details",
    };

    /// <summary>One entry of <c>discount_amounts</c>.</summary>
    public static JsonObject DiscountAmount((string Discount, long Amount) off) => new()
    {
        ["amount"] = off.Amount,
        ["discount"] = off.Discount,
    };

    private static JsonObject PretaxCredit((string Discount, long Amount) off) => new()
    {
        ["amount"] = off.Amount,
        ["discount"] = off.Discount,
        ["type"] = "discount",
    };

    private static JsonObject Parent(LineItemSpec spec)
    {
        var byItem = spec.SubscriptionItem is not null;
        return new JsonObject
        {
            ["invoice_item_details"] = byItem ? null : InvoiceItemDetails(spec),
            ["subscription_item_details"] = byItem ? SubscriptionItemDetails(spec) : null,
            ["type"] = byItem ? "subscription_item_details" : "invoice_item_details",
        };
    }

    private static JsonObject InvoiceItemDetails(LineItemSpec spec) => new()
    {
        ["invoice_item"] = spec.InvoiceItem,
        ["proration"] = spec.Proration,
        ["proration_details"] = Credited(spec),
        ["subscription"] = spec.Subscription,
    };

    private static JsonObject SubscriptionItemDetails(LineItemSpec spec) => new()
    {
        ["invoice_item"] = spec.InvoiceItem,
        ["proration"] = spec.Proration,
        ["proration_details"] = Credited(spec),
        ["subscription"] = spec.Subscription,
        ["subscription_item"] = spec.SubscriptionItem,
    };

    private static JsonObject Credited(LineItemSpec spec) => new()
    {
        ["credited_items"] = spec.CreditedInvoice is null ? null : new JsonObject
        {
            ["invoice"] = spec.CreditedInvoice,
            ["invoice_line_items"] = JsonFields.Array(spec.CreditedLines),
        },
    };
}
