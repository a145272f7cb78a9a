using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>What a draft invoice is made of.</summary>
public sealed record InvoiceSpec
{
    /// <summary><c>in_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary>The customer document, whose name, address and mail the invoice copies.</summary>
    public required JsonObject Customer { get; init; }

    public required string Currency { get; init; }

    /// <summary>Finished <c>line_item</c> documents.</summary>
    public required IReadOnlyList<JsonObject> Lines { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long PeriodStart { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long PeriodEnd { get; init; }

    /// <summary><c>subscription_create</c>, <c>subscription_cycle</c>, <c>subscription_update</c> or <c>manual</c>.</summary>
    public string BillingReason { get; init; } = "manual";

    /// <summary><c>sub_…</c>; null outside subscriptions.</summary>
    public string? Subscription { get; init; }

    /// <summary>Metadata of the subscription at that time.</summary>
    public IReadOnlyDictionary<string, string>? SubscriptionMetadata { get; init; }

    /// <summary>Ids of the discounts applied.</summary>
    public IReadOnlyList<string> Discounts { get; init; } = [];

    /// <summary>Discounts of single items, which <see cref="Discounts"/> does not list.</summary>
    public IReadOnlyList<string> ItemDiscounts { get; init; } = [];

    /// <summary>Tax rate documents.</summary>
    public IReadOnlyList<JsonObject> DefaultTaxRates { get; init; } = [];

    public string CollectionMethod { get; init; } = "charge_automatically";

    /// <summary>Unix seconds; only for <c>send_invoice</c>.</summary>
    public long? DueDate { get; init; }

    public string? Description { get; init; }

    public string? Footer { get; init; }

    public string AccountName { get; init; } = "Lumen";

    public string AccountCountry { get; init; } = "US";

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Builds <c>invoice</c> as a draft, with totals computed from its lines.</summary>
public static class InvoiceObject
{
    public static JsonObject Create(InvoiceSpec spec)
    {
        var totals = InvoiceTotals.Of(spec.Lines, spec.ItemDiscounts);
        return new JsonObject
        {
            ["id"] = spec.Id,
            ["object"] = "invoice",
            ["account_country"] = spec.AccountCountry,
            ["account_name"] = spec.AccountName,
            ["account_tax_ids"] = null,
            ["amount_due"] = Math.Max(0, totals.Total),
            ["amount_overpaid"] = 0L,
            ["amount_paid"] = 0L,
            ["amount_remaining"] = Math.Max(0, totals.Total),
            ["amount_shipping"] = 0L,
            ["application"] = null,
            ["attempt_count"] = 0L,
            ["attempted"] = false,
            ["auto_advance"] = true,
            ["automatic_tax"] = new JsonObject { ["disabled_reason"] = null, ["enabled"] = false, ["liability"] = null, ["provider"] = null, ["status"] = null },
            ["automatically_finalizes_at"] = null,
            ["billing_reason"] = spec.BillingReason,
            ["collection_method"] = spec.CollectionMethod,
            ["created"] = spec.Created,
            ["currency"] = spec.Currency,
            ["custom_fields"] = null,
            ["customer"] = spec.Customer.Id(),
            ["customer_account"] = null,
            ["customer_address"] = spec.Customer["address"]?.DeepClone(),
            ["customer_email"] = spec.Customer.Text("email"),
            ["customer_name"] = spec.Customer.Text("name"),
            ["customer_phone"] = spec.Customer.Text("phone"),
            ["customer_shipping"] = null,
            ["customer_tax_exempt"] = spec.Customer.Text("tax_exempt"),
            ["customer_tax_ids"] = new JsonArray(),
            ["default_payment_method"] = null,
            ["default_source"] = null,
            ["default_tax_rates"] = JsonFields.Array(spec.DefaultTaxRates.Select(rate => rate.DeepClone())),
            ["description"] = spec.Description,
            ["discounts"] = JsonFields.Array(spec.Discounts),
            ["due_date"] = spec.DueDate,
            ["effective_at"] = null,
            ["ending_balance"] = null,
            ["footer"] = spec.Footer,
            ["from_invoice"] = null,
            ["hosted_invoice_url"] = null,
            ["invoice_pdf"] = null,
            ["issuer"] = new JsonObject { ["type"] = "self" },
            ["last_finalization_error"] = null,
            ["latest_revision"] = null,
            ["lines"] = JsonFields.List($"/v1/invoices/{spec.Id}/lines", spec.Lines),
            ["livemode"] = false,
            ["metadata"] = JsonFields.Metadata(spec.Metadata),
            ["next_payment_attempt"] = null,
            ["number"] = null,
            ["on_behalf_of"] = null,
            ["parent"] = Parent(spec),
            ["payment_settings"] = new JsonObject { ["default_mandate"] = null, ["payment_method_options"] = null, ["payment_method_types"] = null },
            ["period_end"] = spec.PeriodEnd,
            ["period_start"] = spec.PeriodStart,
            ["post_payment_credit_notes_amount"] = 0L,
            ["pre_payment_credit_notes_amount"] = 0L,
            ["receipt_number"] = null,
            ["rendering"] = null,
            ["shipping_cost"] = null,
            ["shipping_details"] = null,
            ["starting_balance"] = 0L,
            ["statement_descriptor"] = null,
            ["status"] = "draft",
            ["status_transitions"] = new JsonObject { ["finalized_at"] = null, ["marked_uncollectible_at"] = null, ["paid_at"] = null, ["voided_at"] = null },
            ["subtotal"] = totals.Subtotal,
            ["subtotal_excluding_tax"] = totals.SubtotalExcludingTax,
            ["test_clock"] = null,
            ["total"] = totals.Total,
            ["total_discount_amounts"] = totals.Discounts(),
            ["total_excluding_tax"] = totals.TotalExcludingTax,
            ["total_pretax_credit_amounts"] = totals.PretaxCredits(),
            ["total_taxes"] = totals.Taxes(),
            ["webhooks_delivered_at"] = spec.Created,
        };
    }

    private static JsonObject? Parent(InvoiceSpec spec) => spec.Subscription is null ? null : new JsonObject
    {
        ["quote_details"] = null,
        ["subscription_details"] = new JsonObject
        {
            ["metadata"] = JsonFields.Metadata(spec.SubscriptionMetadata),
            ["subscription"] = spec.Subscription,
        },
        ["type"] = "subscription_details",
    };
}
