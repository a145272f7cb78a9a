using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>What a charge is made of.</summary>
public sealed record ChargeSpec
{
    /// <summary><c>ch_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary>Minor units of <see cref="Currency"/>.</summary>
    public required long Amount { get; init; }

    public required string Currency { get; init; }

    /// <summary><c>cus_…</c>; null for a payment of nobody known.</summary>
    public required string? Customer { get; init; }

    /// <summary>The <c>payment_method</c> document that pays.</summary>
    public required JsonObject PaymentMethod { get; init; }

    /// <summary><c>pi_…</c></summary>
    public required string PaymentIntent { get; init; }

    public string? Description { get; init; }

    public string? ReceiptEmail { get; init; }

    /// <summary><c>txn_…</c> of a charge that succeeded.</summary>
    public string? BalanceTransaction { get; init; }

    /// <summary>At most 22 characters on the cardholder's statement.</summary>
    public string StatementDescriptor { get; init; } = "LUMEN";

    /// <summary>Null for a charge that succeeded.</summary>
    public Decline? Decline { get; init; }

    /// <summary>0 to 100.</summary>
    public long RiskScore { get; init; } = 12;

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Builds <c>charge</c>, paid or declined.</summary>
public static class ChargeObject
{
    public static JsonObject Create(ChargeSpec spec)
    {
        var paid = spec.Decline is null;
        return new JsonObject
        {
            ["id"] = spec.Id,
            ["object"] = "charge",
            ["amount"] = spec.Amount,
            ["amount_captured"] = paid ? spec.Amount : 0L,
            ["amount_refunded"] = 0L,
            ["application"] = null,
            ["application_fee"] = null,
            ["application_fee_amount"] = null,
            ["balance_transaction"] = paid ? spec.BalanceTransaction : null,
            ["billing_details"] = spec.PaymentMethod["billing_details"]!.DeepClone(),
            ["calculated_statement_descriptor"] = spec.StatementDescriptor,
            ["captured"] = paid,
            ["created"] = spec.Created,
            ["currency"] = spec.Currency,
            ["customer"] = spec.Customer,
            ["description"] = spec.Description,
            ["disputed"] = false,
            ["failure_balance_transaction"] = null,
            ["failure_code"] = spec.Decline?.Code,
            ["failure_message"] = spec.Decline?.Message,
            ["fraud_details"] = new JsonObject(),
            ["livemode"] = false,
            ["metadata"] = JsonFields.Metadata(spec.Metadata),
            ["on_behalf_of"] = null,
            ["outcome"] = Outcome(spec),
            ["paid"] = paid,
            ["payment_intent"] = spec.PaymentIntent,
            ["payment_method"] = spec.PaymentMethod.Id(),
            ["payment_method_details"] = PaymentMethodObject.ChargeDetails(spec.PaymentMethod, spec.Amount, paid),
            ["receipt_email"] = spec.ReceiptEmail,
            ["receipt_number"] = null,
            ["receipt_url"] = paid ? $"https://pay.stripe.com/receipts/invoices/{spec.Id}?s=ap" : null,
            ["refunded"] = false,
            ["review"] = null,
            ["shipping"] = null,
            ["source"] = null,
            ["source_transfer"] = null,
            ["statement_descriptor"] = null,
            ["statement_descriptor_suffix"] = null,
            ["status"] = paid ? "succeeded" : "failed",
            ["transfer_data"] = null,
            ["transfer_group"] = null,
        };
    }

    /// <summary>Counts a refund of <paramref name="amount"/> minor units against the charge.</summary>
    public static void ApplyRefund(JsonObject charge, long amount)
    {
        var refunded = charge.Whole("amount_refunded") + amount;
        charge["amount_refunded"] = refunded;
        charge["refunded"] = refunded >= (charge.Whole("amount_captured") is > 0 and var captured ? captured : charge.Whole("amount"));
    }

    private static JsonObject Outcome(ChargeSpec spec) => new()
    {
        ["advice_code"] = spec.Decline?.AdviceCode,
        ["network_advice_code"] = spec.Decline?.NetworkAdviceCode,
        ["network_decline_code"] = spec.Decline?.NetworkDeclineCode,
        ["network_status"] = spec.Decline switch
        {
            null => "approved_by_network",
            { Blocked: true } => "not_sent_to_network",
            _ => "declined_by_network",
        },
        ["reason"] = spec.Decline?.DeclineCode,
        ["risk_level"] = spec.Decline is { Blocked: true } ? "highest" : "normal",
        ["risk_score"] = spec.Decline is { Blocked: true } ? 92L : spec.RiskScore,
        ["seller_message"] = spec.Decline?.SellerMessage ?? "Payment complete.",
        ["type"] = spec.Decline switch { null => "authorized", { Blocked: true } => "blocked", _ => "issuer_declined" },
    };
}
