using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>What a payment intent is made of.</summary>
public sealed record PaymentIntentSpec
{
    /// <summary><c>pi_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary>Minor units of <see cref="Currency"/>.</summary>
    public required long Amount { get; init; }

    public required string Currency { get; init; }

    /// <summary><c>cus_…</c>; null for a payment of nobody known.</summary>
    public required string? Customer { get; init; }

    /// <summary>25 characters after <c>_secret_</c>.</summary>
    public required string Secret { get; init; }

    public string? Description { get; init; }

    public string? ReceiptEmail { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Builds <c>payment_intent</c> and moves it on when a charge answers.</summary>
public static class PaymentIntentObject
{
    /// <summary>A payment intent that has not been tried.</summary>
    public static JsonObject Create(PaymentIntentSpec spec) => new()
    {
        ["id"] = spec.Id,
        ["object"] = "payment_intent",
        ["amount"] = spec.Amount,
        ["amount_capturable"] = 0L,
        ["amount_details"] = new JsonObject { ["tip"] = new JsonObject() },
        ["amount_received"] = 0L,
        ["application"] = null,
        ["application_fee_amount"] = null,
        ["automatic_payment_methods"] = null,
        ["canceled_at"] = null,
        ["cancellation_reason"] = null,
        ["capture_method"] = "automatic",
        ["client_secret"] = $"{spec.Id}_secret_{spec.Secret}",
        ["confirmation_method"] = "automatic",
        ["created"] = spec.Created,
        ["currency"] = spec.Currency,
        ["customer"] = spec.Customer,
        ["customer_account"] = null,
        ["description"] = spec.Description,
        ["excluded_payment_method_types"] = null,
        ["last_payment_error"] = null,
        ["latest_charge"] = null,
        ["livemode"] = false,
        ["metadata"] = JsonFields.Metadata(spec.Metadata),
        ["next_action"] = null,
        ["on_behalf_of"] = null,
        ["payment_method"] = null,
        ["payment_method_configuration_details"] = null,
        ["payment_method_options"] = new JsonObject
        {
            ["card"] = new JsonObject
            {
                ["installments"] = null,
                ["mandate_options"] = null,
                ["network"] = null,
                ["request_three_d_secure"] = "automatic",
            },
        },
        ["payment_method_types"] = new JsonArray("card"),
        ["processing"] = null,
        ["receipt_email"] = spec.ReceiptEmail,
        ["review"] = null,
        ["setup_future_usage"] = "off_session",
        ["shipping"] = null,
        ["source"] = null,
        ["statement_descriptor"] = null,
        ["statement_descriptor_suffix"] = null,
        ["status"] = "requires_payment_method",
        ["transfer_data"] = null,
        ["transfer_group"] = null,
    };

    /// <summary>The charge went through.</summary>
    public static void Succeed(JsonObject intent, JsonObject charge)
    {
        intent["status"] = "succeeded";
        intent["amount_received"] = charge.Whole("amount");
        intent["latest_charge"] = charge.Id();
        intent["payment_method"] = charge.Text("payment_method");
        intent["last_payment_error"] = null;
    }

    /// <summary>The card's bank holds the money until it is captured.</summary>
    public static void Hold(JsonObject intent, JsonObject charge)
    {
        Succeed(intent, charge);
        intent["status"] = "requires_capture";
        intent["amount_received"] = 0L;
        intent["amount_capturable"] = charge.Whole("amount");
    }

    /// <summary>Money that was held is taken, and the rest let go.</summary>
    /// <param name="amount">Minor units.</param>
    public static void Capture(JsonObject intent, long amount)
    {
        intent["status"] = "succeeded";
        intent["amount_received"] = amount;
        intent["amount_capturable"] = 0L;
    }

    /// <summary>Nobody will pay it any more.</summary>
    /// <param name="at">Unix seconds.</param>
    public static void Cancel(JsonObject intent, long at, string? reason)
    {
        intent["status"] = "canceled";
        intent["amount_capturable"] = 0L;
        intent["canceled_at"] = at;
        intent["cancellation_reason"] = reason;
    }

    /// <summary>The charge was declined: the intent waits for another payment method and tells why.</summary>
    public static void Fail(JsonObject intent, JsonObject charge, JsonObject paymentMethod, Decline decline)
    {
        intent["status"] = "requires_payment_method";
        intent["latest_charge"] = charge.Id();
        intent["payment_method"] = null;
        intent["last_payment_error"] = Error(charge.Id(), paymentMethod, decline);
    }

    /// <summary>The whole error, as <c>last_payment_error</c> and as the <c>error</c> of a 402 answer.</summary>
    public static JsonObject Error(string chargeId, JsonObject paymentMethod, Decline decline) => new()
    {
        ["advice_code"] = decline.AdviceCode,
        ["charge"] = chargeId,
        ["code"] = decline.Code,
        ["decline_code"] = decline.DeclineCode,
        ["doc_url"] = $"https://stripe.com/docs/error-codes/{decline.Code.Replace('_', '-')}",
        ["message"] = decline.Message,
        ["network_advice_code"] = decline.NetworkAdviceCode,
        ["network_decline_code"] = decline.NetworkDeclineCode,
        ["payment_method"] = paymentMethod.DeepClone(),
        ["type"] = "card_error",
    };
}
