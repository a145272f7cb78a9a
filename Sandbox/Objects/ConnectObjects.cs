using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>What a transfer to a connected account is made of.</summary>
public sealed record TransferSpec
{
    /// <summary><c>tr_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary>Minor units of <see cref="Currency"/>.</summary>
    public required long Amount { get; init; }

    public required string Currency { get; init; }

    /// <summary><c>acct_…</c></summary>
    public required string Destination { get; init; }

    /// <summary><c>txn_…</c> that took the money from the platform.</summary>
    public string? BalanceTransaction { get; init; }

    /// <summary><c>py_…</c>: the connected account's side.</summary>
    public string? DestinationPayment { get; init; }

    /// <summary><c>ch_…</c> that pays for it.</summary>
    public string? SourceTransaction { get; init; }

    public string? TransferGroup { get; init; }

    public string? Description { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Builds <c>transfer</c> and <c>transfer_reversal</c>.</summary>
public static class TransferObject
{
    public static JsonObject Create(TransferSpec spec) => new()
    {
        ["id"] = spec.Id,
        ["object"] = "transfer",
        ["amount"] = spec.Amount,
        ["amount_reversed"] = 0L,
        ["balance_transaction"] = spec.BalanceTransaction,
        ["created"] = spec.Created,
        ["currency"] = spec.Currency,
        ["description"] = spec.Description,
        ["destination"] = spec.Destination,
        ["destination_payment"] = spec.DestinationPayment,
        ["livemode"] = false,
        ["metadata"] = JsonFields.Metadata(spec.Metadata),
        ["reversals"] = JsonFields.List($"/v1/transfers/{spec.Id}/reversals", []),
        ["reversed"] = false,
        ["source_transaction"] = spec.SourceTransaction,
        ["source_type"] = "card",
        ["transfer_group"] = spec.TransferGroup,
    };

    /// <summary>Takes money back: adds the reversal to the transfer and returns it.</summary>
    /// <param name="created">Unix seconds.</param>
    /// <param name="amount">Minor units of the transfer's currency.</param>
    public static JsonObject Reverse(
        JsonObject transfer, string id, long created, long amount, string? balanceTransaction,
        string? destinationRefund = null, string? sourceRefund = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var reversal = new JsonObject
        {
            ["id"] = id,
            ["object"] = "transfer_reversal",
            ["amount"] = amount,
            ["balance_transaction"] = balanceTransaction,
            ["created"] = created,
            ["currency"] = transfer.Text("currency"),
            ["destination_payment_refund"] = destinationRefund,
            ["metadata"] = JsonFields.Metadata(metadata),
            ["source_refund"] = sourceRefund,
            ["transfer"] = transfer.Id(),
        };
        var reversed = transfer.Whole("amount_reversed") + amount;
        transfer["amount_reversed"] = reversed;
        transfer["reversed"] = reversed >= transfer.Whole("amount");
        ((JsonArray)transfer["reversals"]!["data"]!).Insert(0, reversal.DeepClone());
        return reversal;
    }
}

/// <summary>Builds <c>application_fee</c> and its refunds.</summary>
public static class ApplicationFeeObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="amount">Minor units that the platform earned.</param>
    /// <param name="account"><c>acct_…</c> that paid it.</param>
    /// <param name="charge"><c>ch_…</c> or <c>py_…</c> on that account.</param>
    /// <param name="originating"><c>ch_…</c> of the platform whose transfer made the charge; null for a direct charge.</param>
    public static JsonObject Create(
        string id, long created, long amount, string currency, string account, string charge, string? balanceTransaction,
        string? originating = null, string application = "ca_SandboxPlatformApplication000000") => new()
        {
            ["id"] = id,
            ["object"] = "application_fee",
            ["account"] = account,
            ["amount"] = amount,
            ["amount_refunded"] = 0L,
            ["application"] = application,
            ["balance_transaction"] = balanceTransaction,
            ["charge"] = charge,
            ["created"] = created,
            ["currency"] = currency,
            ["fee_source"] = new JsonObject { ["charge"] = charge, ["type"] = "charge" },
            ["livemode"] = false,
            ["originating_transaction"] = originating,
            ["refunded"] = false,
            ["refunds"] = JsonFields.List($"/v1/application_fees/{id}/refunds", []),
        };

    /// <summary>Gives a fee back: adds the <c>fee_refund</c> to the fee and returns it.</summary>
    /// <param name="created">Unix seconds.</param>
    /// <param name="amount">Minor units of the fee's currency.</param>
    public static JsonObject Refund(
        JsonObject fee, string id, long created, long amount, string? balanceTransaction, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var refund = new JsonObject
        {
            ["id"] = id,
            ["object"] = "fee_refund",
            ["amount"] = amount,
            ["balance_transaction"] = balanceTransaction,
            ["created"] = created,
            ["currency"] = fee.Text("currency"),
            ["fee"] = fee.Id(),
            ["metadata"] = JsonFields.Metadata(metadata),
        };
        var refunded = fee.Whole("amount_refunded") + amount;
        fee["amount_refunded"] = refunded;
        fee["refunded"] = refunded >= fee.Whole("amount");
        ((JsonArray)fee["refunds"]!["data"]!).Insert(0, refund.DeepClone());
        return refund;
    }
}

/// <summary>Builds the charge (<c>py_…</c>) that a connected account sees of a transfer.</summary>
public static class DestinationPaymentObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="transfer"><c>tr_…</c> that brought the money.</param>
    /// <param name="fee">Minor units of the platform's share; null for none.</param>
    public static JsonObject Create(
        string id, long created, long amount, string currency, string transfer, string balanceTransaction, long? fee = null, string? feeId = null) => new()
        {
            ["id"] = id,
            ["object"] = "charge",
            ["amount"] = amount,
            ["amount_captured"] = amount,
            ["amount_refunded"] = 0L,
            ["application"] = null,
            ["application_fee"] = feeId,
            ["application_fee_amount"] = fee,
            ["balance_transaction"] = balanceTransaction,
            ["billing_details"] = PaymentMethodObject.BillingDetails(null, null),
            ["calculated_statement_descriptor"] = null,
            ["captured"] = true,
            ["created"] = created,
            ["currency"] = currency,
            ["customer"] = null,
            ["description"] = null,
            ["disputed"] = false,
            ["failure_balance_transaction"] = null,
            ["failure_code"] = null,
            ["failure_message"] = null,
            ["fraud_details"] = new JsonObject(),
            ["livemode"] = false,
            ["metadata"] = new JsonObject(),
            ["on_behalf_of"] = null,
            ["outcome"] = null,
            ["paid"] = true,
            ["payment_intent"] = null,
            ["payment_method"] = null,
            ["payment_method_details"] = new JsonObject { ["stripe_account"] = new JsonObject(), ["type"] = "stripe_account" },
            ["receipt_email"] = null,
            ["receipt_number"] = null,
            ["receipt_url"] = null,
            ["refunded"] = false,
            ["review"] = null,
            ["shipping"] = null,
            ["source"] = null,
            ["source_transfer"] = transfer,
            ["statement_descriptor"] = null,
            ["statement_descriptor_suffix"] = null,
            ["status"] = "succeeded",
            ["transfer_data"] = null,
            ["transfer_group"] = null,
        };
}
