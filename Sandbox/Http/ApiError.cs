using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Http;

/// <summary>An answer in Stripe's error shape. Effects of the request are rolled back unless <see cref="KeepsEffects"/>.</summary>
internal sealed class ApiError(int status, string message, string? code = null, string? param = null) : Exception(message)
{
    /// <summary>Codes that are the sandbox's: Stripe has no page about them.</summary>
    private static readonly HashSet<string> Own = new(StringComparer.Ordinal)
    {
        "credit_note_not_voidable", "customer_has_prior_transactions", "dispute_not_open", "invoice_already_paid", "invoice_not_payable",
        "parameter_unsupported", "payout_not_cancelable", "payout_not_reversible", "promotion_code_customer_mismatch", "promotion_code_expired",
        "promotion_code_minimum_not_met", "refund_not_cancelable", "test_clock_advancing", "topup_not_cancelable",
    };

    public int Status { get; } = status;

    public string Type { get; init; } = "invalid_request_error";

    public string? Code { get; } = code;

    public string? Param { get; } = param;

    /// <summary>A declined charge is an error that leaves objects behind.</summary>
    public bool KeepsEffects { get; init; }

    /// <summary>Which limit a 429 met.</summary>
    public string? RateLimitedReason { get; init; }

    /// <summary>Further members of the error object, such as <c>decline_code</c>.</summary>
    public JsonObject Details { get; init; } = [];

    /// <summary>Stripe saves nothing under an idempotency key when the endpoint did not begin to execute.</summary>
    public bool IsSavedForReplay =>
        Status is not (401 or 403 or 409 or 429)
        && Code is not "resource_missing" and not "idempotency_error"
        && Code?.StartsWith("parameter_", StringComparison.Ordinal) != true;

    public static ApiError Invalid(string message, string? param = null, string? code = null) => new(400, message, code, param);

    public static ApiError Missing(string param) =>
        new(400, $"Missing required param: {param}.", "parameter_missing", param);

    public static ApiError Unknown(string param) =>
        new(400, $"Received unknown parameter: {param}", "parameter_unknown", param);

    public static ApiError NotFound(string noun, string id, string param, int status = 404) =>
        new(status, $"No such {noun}: '{id}'", "resource_missing", param);

    /// <summary>An account that is none of the platform's, in a header or a path.</summary>
    public static ApiError NoAccess(string account, string key = "sk_test_") => new(
        403,
        $"The provided key '{key}****' does not have access to account '{account}' (or that account does not exist). Application access may have been revoked.",
        "account_invalid");

    public JsonObject ToJson(string requestId)
    {
        var error = new JsonObject();
        foreach (var (name, value) in Details)
        {
            error[name] = value?.DeepClone();
        }

        if (Code is not null)
        {
            error["code"] = Code;
        }

        if (Code is not null && !Own.Contains(Code))
        {
            error["doc_url"] = $"https://stripe.com/docs/error-codes/{Code.Replace('_', '-')}";
        }

        error["message"] = Message;
        if (Param is not null)
        {
            error["param"] = Param;
        }

        error["request_log_url"] = $"https://dashboard.stripe.com/test/logs/{requestId}";
        error["type"] = Type;
        return new JsonObject { ["error"] = error };
    }
}
