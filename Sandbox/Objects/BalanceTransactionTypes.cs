namespace BillingCopilot.Sandbox.Objects;

/// <summary>
/// Types of balance transactions and the category each is reported under. Sources:
/// https://docs.stripe.com/reports/balance-transaction-types and https://docs.stripe.com/reports/reporting-categories.
/// </summary>
public static class BalanceTransactionTypes
{
    private static readonly Dictionary<string, string> Categories = new(StringComparer.Ordinal)
    {
        ["adjustment"] = "other_adjustment",
        ["advance"] = "advance",
        ["advance_funding"] = "advance_funding",
        ["anticipation_repayment"] = "anticipation_repayment",
        ["application_fee"] = "platform_earning",
        ["application_fee_refund"] = "platform_earning_refund",
        ["charge"] = "charge",
        ["climate_order_purchase"] = "climate_order_purchase",
        ["climate_order_refund"] = "climate_order_refund",
        ["connect_collection_transfer"] = "connect_collection_transfer",
        ["contribution"] = "contribution",
        ["fee_credit_funding"] = "fee",
        ["issuing_authorization_hold"] = "issuing_authorization_hold",
        ["issuing_authorization_release"] = "issuing_authorization_release",
        ["issuing_dispute"] = "issuing_dispute",
        ["issuing_transaction"] = "issuing_transaction",
        ["payment"] = "charge",
        ["payment_failure_refund"] = "charge_failure",
        ["payment_refund"] = "refund",
        ["payment_reversal"] = "charge_failure",
        ["payment_unreconciled"] = "unreconciled_customer_funds",
        ["payout"] = "payout",
        ["payout_cancel"] = "payout_reversal",
        ["payout_failure"] = "payout_reversal",
        ["payout_minimum_balance_hold"] = "payout_minimum_balance_hold",
        ["payout_minimum_balance_release"] = "payout_minimum_balance_release",
        ["refund"] = "refund",
        ["refund_failure"] = "refund_failure",
        ["reserve_hold"] = "risk_reserved_funds",
        ["reserve_release"] = "risk_reserved_funds",
        ["reserve_transaction"] = "risk_reserved_funds",
        ["reserved_funds"] = "connect_reserved_funds",
        ["stripe_fee"] = "fee",
        ["stripe_fx_fee"] = "fee",
        ["tax_fee"] = "tax",
        ["topup"] = "topup",
        ["topup_reversal"] = "topup_reversal",
        ["transfer"] = "transfer",
        ["transfer_cancel"] = "transfer_reversal",
        ["transfer_failure"] = "transfer_reversal",
        ["transfer_refund"] = "transfer_reversal",
    };

    /// <summary>Categories that a type other than its usual one can carry: an adjustment for a dispute, a fee passed on.</summary>
    private static readonly string[] Special = ["dispute", "dispute_reversal", "network_cost", "partial_capture_reversal"];

    /// <summary>Every type the sandbox books.</summary>
    public static IReadOnlyCollection<string> All => Categories.Keys;

    /// <summary>Every reporting category the sandbox books.</summary>
    public static IReadOnlyCollection<string> AllCategories { get; } = [.. Categories.Values.Concat(Special).Distinct()];

    /// <summary>The usual category of a type; an unknown type is a mistake of the caller.</summary>
    public static string Category(string type) => Categories.TryGetValue(type, out var category)
        ? category
        : throw new ArgumentException($"Unknown balance transaction type '{type}'. Known: {string.Join(", ", All)}.");
}
