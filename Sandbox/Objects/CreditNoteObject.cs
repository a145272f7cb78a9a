using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>What a credit note is made of; all amounts in minor units of the invoice's currency.</summary>
public sealed record CreditNoteSpec
{
    /// <summary><c>cn_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    public required JsonObject Invoice { get; init; }

    /// <summary>Such as <c>7FE11034-0007-CN-01</c>.</summary>
    public required string Number { get; init; }

    /// <summary>Finished <c>credit_note_line_item</c> documents.</summary>
    public required IReadOnlyList<JsonObject> Lines { get; init; }

    /// <summary>Exclusive tax credited with the lines.</summary>
    public IReadOnlyList<TaxSpec> Taxes { get; init; } = [];

    /// <summary>Reduces what is still due on an open invoice.</summary>
    public long PrePaymentAmount { get; init; }

    /// <summary>Given back on a paid invoice (refund, balance or outside Stripe).</summary>
    public long PostPaymentAmount { get; init; }

    public long? OutOfBandAmount { get; init; }

    /// <summary><c>cbtxn_…</c> when credited to the customer's balance.</summary>
    public string? CustomerBalanceTransaction { get; init; }

    /// <summary>Refund id and minor units.</summary>
    public IReadOnlyList<(string Refund, long Amount)> Refunds { get; init; } = [];

    /// <summary><c>duplicate</c>, <c>fraudulent</c>, <c>order_change</c>, <c>product_unsatisfactory</c> or null.</summary>
    public string? Reason { get; init; }

    public string? Memo { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Builds <c>credit_note</c> and its lines.</summary>
public static class CreditNoteObject
{
    public static JsonObject Create(CreditNoteSpec spec)
    {
        var subtotal = spec.Lines.Sum(line => line.Whole("amount"));
        var discount = spec.Lines.Sum(line => line.Whole("discount_amount"));
        var total = subtotal - discount + spec.Taxes.Sum(tax => tax.Amount);
        return new JsonObject
        {
            ["id"] = spec.Id,
            ["object"] = "credit_note",
            ["amount"] = total,
            ["amount_shipping"] = 0L,
            ["created"] = spec.Created,
            ["currency"] = spec.Invoice.Text("currency"),
            ["customer"] = spec.Invoice.Text("customer"),
            ["customer_account"] = null,
            ["customer_balance_transaction"] = spec.CustomerBalanceTransaction,
            ["discount_amount"] = discount,
            ["discount_amounts"] = new JsonArray(),
            ["effective_at"] = spec.Created,
            ["invoice"] = spec.Invoice.Id(),
            ["lines"] = JsonFields.List($"/v1/credit_notes/{spec.Id}/lines", spec.Lines),
            ["livemode"] = false,
            ["memo"] = spec.Memo,
            ["metadata"] = JsonFields.Metadata(spec.Metadata),
            ["number"] = spec.Number,
            ["out_of_band_amount"] = spec.OutOfBandAmount,
            ["pdf"] = $"https://pay.stripe.com/credit_notes/{spec.Id}/pdf?s=ap",
            ["post_payment_amount"] = spec.PostPaymentAmount,
            ["pre_payment_amount"] = spec.PrePaymentAmount,
            ["pretax_credit_amounts"] = new JsonArray(),
            ["reason"] = spec.Reason,
            ["refunds"] = JsonFields.Array(spec.Refunds.Select(Refund)),
            ["shipping_cost"] = null,
            ["status"] = "issued",
            ["subtotal"] = subtotal,
            ["subtotal_excluding_tax"] = subtotal,
            ["total"] = total,
            ["total_excluding_tax"] = subtotal - discount,
            ["total_taxes"] = JsonFields.Array(spec.Taxes.Select(LineItemObject.Tax)),
            ["type"] = spec.PostPaymentAmount > 0 ? (spec.PrePaymentAmount > 0 ? "mixed" : "post_payment") : "pre_payment",
            ["voided_at"] = null,
        };
    }

    /// <summary>One <c>credit_note_line_item</c>.</summary>
    /// <param name="amount">Minor units before discount and exclusive tax.</param>
    /// <param name="invoiceLineItem"><c>il_…</c>; null for a line of its own.</param>
    public static JsonObject Line(
        string id, long amount, string? description, string? invoiceLineItem = null, long? quantity = 1,
        IReadOnlyList<TaxSpec>? taxes = null) => new()
        {
            ["id"] = id,
            ["object"] = "credit_note_line_item",
            ["amount"] = amount,
            ["description"] = description,
            ["discount_amount"] = 0L,
            ["discount_amounts"] = new JsonArray(),
            ["invoice_line_item"] = invoiceLineItem,
            ["livemode"] = false,
            ["metadata"] = new JsonObject(),
            ["pretax_credit_amounts"] = new JsonArray(),
            ["quantity"] = quantity,
            ["tax_rates"] = new JsonArray(),
            ["taxes"] = JsonFields.Array((taxes ?? []).Select(LineItemObject.Tax)),
            ["type"] = invoiceLineItem is null ? "custom_line_item" : "invoice_line_item",
            ["unit_amount"] = invoiceLineItem is null ? amount : null,
            ["unit_amount_decimal"] = invoiceLineItem is null ? amount.ToString() : null,
        };

    private static JsonObject Refund((string Refund, long Amount) refund) => new()
    {
        ["amount_refunded"] = refund.Amount,
        ["payment_record_refund"] = null,
        ["refund"] = refund.Refund,
        ["type"] = "refund",
    };
}
