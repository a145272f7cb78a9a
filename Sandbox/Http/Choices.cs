using System.Collections.Frozen;

namespace BillingCopilot.Sandbox.Http;

/// <summary>Parameters that take one of a few words, by their own name wherever they stand.</summary>
internal static class Choices
{
    private static readonly FrozenDictionary<string, string[]> Known = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["billing_scheme"] = ["per_unit", "tiered"],
        ["collection_method"] = ["charge_automatically", "send_invoice"],
        ["feedback"] = ["customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive", "unused"],
        ["intended_submission_method"] = ["manual", "prefer_manual", "prefer_smart_disputes", "smart_disputes"],
        ["missing_payment_method"] = ["cancel", "create_invoice", "pause"],
        ["payment_behavior"] = ["allow_incomplete", "default_incomplete", "error_if_incomplete"],
        ["pending_invoice_items_behavior"] = ["exclude", "include"],
        ["proration_behavior"] = ["always_invoice", "create_prorations", "none"],
        ["proration_discounts"] = ["included", "itemized"],
        ["setup_future_usage"] = ["off_session", "on_session"],
        ["tax_behavior"] = ["exclusive", "inclusive", "unspecified"],
        ["tax_exempt"] = ["exempt", "none", "reverse"],
        ["usage_type"] = ["licensed", "metered"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The words of a parameter; null when it takes any text.</summary>
    public static string[]? Of(string name) => Known.GetValueOrDefault(name.TrimEnd(']').Split('[')[^1]);

    /// <summary>Refuses a word that a parameter does not take.</summary>
    /// <param name="name">As in an error, such as <c>phases[0][proration_behavior]</c>.</param>
    /// <param name="words">What this parameter of this route takes; null for what its own name takes anywhere.</param>
    public static void Check(string name, string value, string[]? words = null)
    {
        words ??= Of(name);
        if (words is not null && !words.Contains(value))
        {
            throw ApiError.Invalid($"Invalid {name}: must be one of {string.Join(", ", words[..^1])}, or {words[^1]}", name);
        }
    }
}
