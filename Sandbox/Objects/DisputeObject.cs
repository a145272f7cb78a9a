using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>What a dispute is made of.</summary>
public sealed record DisputeSpec
{
    /// <summary><c>du_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary>The charge document that is disputed.</summary>
    public required JsonObject Charge { get; init; }

    /// <summary>One of <see cref="DisputeReasons.All"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>Unix seconds: evidence that comes later is not read.</summary>
    public required long DueBy { get; init; }

    /// <summary>Minor units; null for the whole charge.</summary>
    public long? Amount { get; init; }

    /// <summary>A question of the issuer before money moves.</summary>
    public bool Inquiry { get; init; }

    /// <summary>Finished <c>balance_transaction</c> documents.</summary>
    public IReadOnlyList<JsonObject> BalanceTransactions { get; init; } = [];

    /// <summary>Whether earlier undisputed charges on the card may prove who paid (Visa, fraud).</summary>
    public bool HasPriorCharges { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Builds <c>dispute</c>.</summary>
public static class DisputeObject
{
    /// <summary>Text members of <c>evidence</c>.</summary>
    public static IReadOnlyList<string> EvidenceTexts { get; } =
    [
        "access_activity_log", "billing_address", "cancellation_policy_disclosure", "cancellation_rebuttal", "customer_email_address",
        "customer_name", "customer_purchase_ip", "duplicate_charge_explanation", "duplicate_charge_id", "product_description",
        "refund_policy_disclosure", "refund_refusal_explanation", "service_date", "shipping_address", "shipping_carrier", "shipping_date",
        "shipping_tracking_number", "uncategorized_text",
    ];

    /// <summary>Members of <c>evidence</c> that name a file.</summary>
    public static IReadOnlyList<string> EvidenceFiles { get; } =
    [
        "cancellation_policy", "customer_communication", "customer_signature", "duplicate_charge_documentation", "receipt", "refund_policy",
        "service_documentation", "shipping_documentation", "uncategorized_file",
    ];

    public static JsonObject Create(DisputeSpec spec)
    {
        var brand = spec.Charge["payment_method_details"]?["card"]?["brand"]?.GetValue<string>() ?? "visa";
        var code = DisputeReasons.NetworkCode(spec.Reason, brand);
        var compelling = !spec.Inquiry && brand == "visa" && code == "10.4" && spec.HasPriorCharges;
        return new JsonObject
        {
            ["id"] = spec.Id,
            ["object"] = "dispute",
            ["amount"] = spec.Amount ?? spec.Charge.Whole("amount"),
            ["balance_transactions"] = JsonFields.Array(spec.BalanceTransactions.Select(t => t.DeepClone())),
            ["charge"] = spec.Charge.Id(),
            ["created"] = spec.Created,
            ["currency"] = spec.Charge.Text("currency"),
            ["enhanced_eligibility_types"] = compelling ? new JsonArray("visa_compelling_evidence_3") : new JsonArray(),
            ["evidence"] = Evidence(),
            ["evidence_details"] = new JsonObject
            {
                ["due_by"] = spec.DueBy,
                ["enhanced_eligibility"] = compelling ? new JsonObject { ["visa_compelling_evidence_3"] = CompellingEvidence.Status([]) } : new JsonObject(),
                ["has_evidence"] = false,
                ["past_due"] = false,
                ["submission_count"] = 0L,
                ["submission_method"] = null,
            },
            ["intended_submission_method"] = "manual",
            ["is_charge_refundable"] = spec.Inquiry,
            ["livemode"] = false,
            ["metadata"] = JsonFields.Metadata(spec.Metadata),
            ["payment_intent"] = spec.Charge.Text("payment_intent"),
            ["payment_method_details"] = new JsonObject
            {
                ["card"] = new JsonObject
                {
                    ["brand"] = brand,
                    ["case_type"] = spec.Inquiry ? "inquiry" : "chargeback",
                    ["network"] = brand,
                    ["network_reason_code"] = code,
                },
                ["type"] = "card",
            },
            ["reason"] = spec.Reason,
            ["status"] = spec.Inquiry ? "warning_needs_response" : "needs_response",
        };
    }

    private static JsonObject Evidence()
    {
        var evidence = new JsonObject();
        foreach (var name in EvidenceTexts.Concat(EvidenceFiles).Order(StringComparer.Ordinal))
        {
            evidence[name] = null;
        }

        evidence["enhanced_evidence"] = new JsonObject();
        return evidence;
    }
}

/// <summary>What Visa's Compelling Evidence 3.0 still lacks: the disputed transaction and two earlier undisputed ones.</summary>
public static class CompellingEvidence
{
    private static readonly string[] Identifiers = ["customer_account_id", "customer_device_fingerprint", "customer_device_id", "customer_purchase_ip"];

    /// <param name="evidence">The <c>enhanced_evidence.visa_compelling_evidence_3</c> sent so far.</param>
    public static JsonObject Status(JsonObject evidence)
    {
        var disputed = evidence["disputed_transaction"] as JsonObject ?? [];
        var prior = evidence.Rows("prior_undisputed_transactions").ToList();
        List<string> missing = [];
        Require(prior.Count >= 2, "missing_prior_undisputed_transactions");
        Require(Identifiers.Any(name => disputed.Text(name) is not null), "missing_customer_identifiers");
        Require(disputed.Text("product_description") is not null, "missing_disputed_transaction_description");
        Require(disputed.Text("merchandise_or_services") is not null, "missing_merchandise_or_services");
        Require(prior.All(p => p.Text("product_description") is not null), "missing_prior_undisputed_transaction_description");
        return new JsonObject
        {
            ["required_actions"] = JsonFields.Array(missing),
            ["status"] = missing.Count == 0 ? "qualified" : "requires_action",
        };

        void Require(bool met, string action)
        {
            if (!met)
            {
                missing.Add(action);
            }
        }
    }
}

/// <summary>Why cardholders dispute, with the code each network gives it.</summary>
public static class DisputeReasons
{
    private static readonly Dictionary<string, (string Visa, string Mastercard, string Amex)> Codes = new(StringComparer.Ordinal)
    {
        ["credit_not_processed"] = ("13.7", "4853", "C02"),
        ["duplicate"] = ("12.6.1", "4834", "P08"),
        ["fraudulent"] = ("10.4", "4837", "F29"),
        ["general"] = ("13.9", "4853", "C32"),
        ["product_not_received"] = ("13.1", "4853", "C08"),
        ["product_unacceptable"] = ("13.3", "4853", "C31"),
        ["subscription_canceled"] = ("13.2", "4853", "C28"),
        ["unrecognized"] = ("10.4", "4837", "F24"),
    };

    public static IReadOnlyCollection<string> All => Codes.Keys;

    public static string NetworkCode(string reason, string brand) => brand switch
    {
        "mastercard" => Codes[reason].Mastercard,
        "amex" => Codes[reason].Amex,
        _ => Codes[reason].Visa,
    };
}
