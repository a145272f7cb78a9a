using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>invoice_payment</c>: the link from an invoice to what pays it.</summary>
public static class InvoicePaymentObject
{
    /// <param name="invoice">A finalised invoice.</param>
    /// <param name="created">Unix seconds.</param>
    public static JsonObject Create(string id, long created, JsonObject invoice, string paymentIntent, bool isDefault = true) => new()
    {
        ["id"] = id,
        ["object"] = "invoice_payment",
        ["amount_paid"] = null,
        ["amount_requested"] = invoice.Whole("amount_due"),
        ["created"] = created,
        ["currency"] = invoice.Text("currency"),
        ["invoice"] = invoice.Id(),
        ["is_default"] = isDefault,
        ["livemode"] = false,
        ["payment"] = new JsonObject { ["payment_intent"] = paymentIntent, ["type"] = "payment_intent" },
        ["status"] = "open",
        ["status_transitions"] = new JsonObject { ["canceled_at"] = null, ["paid_at"] = null },
    };

    /// <summary>The payment went through.</summary>
    /// <param name="at">Unix seconds.</param>
    public static void Pay(JsonObject payment, long at)
    {
        payment["status"] = "paid";
        payment["amount_paid"] = payment.Whole("amount_requested");
        payment["status_transitions"]!["paid_at"] = at;
    }
}

/// <summary>Builds <c>refund</c>.</summary>
public static class RefundObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="amount">Minor units of the charge's currency.</param>
    /// <param name="reason"><c>duplicate</c>, <c>fraudulent</c>, <c>requested_by_customer</c> or null.</param>
    public static JsonObject Create(
        string id, long created, JsonObject charge, long amount, string? reason = null,
        string? balanceTransaction = null, IReadOnlyDictionary<string, string>? metadata = null) => new()
        {
            ["id"] = id,
            ["object"] = "refund",
            ["amount"] = amount,
            ["balance_transaction"] = balanceTransaction,
            ["charge"] = charge.Id(),
            ["created"] = created,
            ["currency"] = charge.Text("currency"),
            ["customer"] = charge.Text("customer"),
            ["customer_account"] = null,
            ["destination_details"] = new JsonObject
            {
                ["card"] = new JsonObject { ["reference_status"] = "pending", ["reference_type"] = "acquirer_reference_number", ["type"] = "refund" },
                ["type"] = "card",
            },
            ["metadata"] = JsonFields.Metadata(metadata),
            ["payment_intent"] = charge.Text("payment_intent"),
            ["payment_method"] = charge.Text("payment_method"),
            ["reason"] = reason,
            ["receipt_number"] = null,
            ["source_transfer_reversal"] = null,
            ["status"] = "succeeded",
            ["transfer_reversal"] = null,
        };
}

/// <summary>Builds <c>customer_balance_transaction</c>.</summary>
public static class CustomerBalanceTransactionObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="amount">Minor units; negative is credit to the customer.</param>
    /// <param name="endingBalance">The customer's balance after it.</param>
    /// <param name="type"><c>adjustment</c>, <c>applied_to_invoice</c>, <c>credit_note</c>, <c>initial</c> …</param>
    public static JsonObject Create(
        string id, long created, string customer, long amount, string currency, long endingBalance,
        string type = "adjustment", string? description = null, string? invoice = null, string? creditNote = null,
        IReadOnlyDictionary<string, string>? metadata = null) => new()
        {
            ["id"] = id,
            ["object"] = "customer_balance_transaction",
            ["amount"] = amount,
            ["checkout_session"] = null,
            ["created"] = created,
            ["credit_note"] = creditNote,
            ["currency"] = currency,
            ["customer"] = customer,
            ["customer_account"] = null,
            ["description"] = description,
            ["ending_balance"] = endingBalance,
            ["invoice"] = invoice,
            ["livemode"] = false,
            ["metadata"] = JsonFields.Metadata(metadata),
            ["type"] = type,
        };
}
