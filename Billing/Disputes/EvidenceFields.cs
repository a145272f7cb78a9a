using System.Globalization;

namespace BillingCopilot.Billing.Disputes;

/// <summary>Whom a disputed charge was billed to and for what, as far as it is on record. Personal: never for a model.</summary>
/// <param name="Product">What was sold.</param>
/// <param name="Ip">Address that the purchase came from.</param>
public sealed record DisputeParty(string? Name, string? Email, string? Address, string? Ip, string Product, string? Carrier = null, string? Tracking = null);

/// <summary>Our rules as customers can read them.</summary>
public sealed record DisputePolicies(string? Refunds, string? Cancellations);

/// <summary>
/// Stripe's structured evidence from what is on record, by Stripe's own names. Only what speaks for us goes in, and
/// nothing is asserted that is not on record. https://docs.stripe.com/api/disputes/evidence_object
/// </summary>
public static class EvidenceFields
{
    /// <summary>Most characters of one text.</summary>
    public const int LongestText = 20_000;

    /// <summary>Most characters of all texts together.</summary>
    public const int LongestInAll = 150_000;

    /// <summary>Texts that name the person; shown masked.</summary>
    public static IReadOnlySet<string> Personal { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "customer_email_address", "billing_address", "customer_purchase_ip" };

    /// <summary>In Stripe's order of names; empty ones are left out.</summary>
    public static IReadOnlyDictionary<string, string> Of(DisputeReason reason, DisputedCharge charge, EvidencePack pack, DisputeParty party, DisputePolicies policies)
    {
        ArgumentNullException.ThrowIfNull(reason);
        ArgumentNullException.ThrowIfNull(charge);
        ArgumentNullException.ThrowIfNull(pack);
        ArgumentNullException.ThrowIfNull(party);
        ArgumentNullException.ThrowIfNull(policies);
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal);
        void Put(string name, string? text)
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                fields[name] = text.Length <= LongestText ? text : text[..LongestText];
            }
        }

        string? Says(params EvidenceKind[] kinds) => string.Join(' ', pack.Found.Where(e => e.Helps && kinds.Contains(e.Kind)).Select(e => e.Says));
        bool Answers(EvidenceKind kind) => reason.Answers.Contains(kind);
        Put("customer_name", party.Name);
        Put("customer_email_address", party.Email);
        Put("billing_address", party.Address);
        Put("customer_purchase_ip", party.Ip);
        Put("product_description", party.Product);
        Put("service_date", charge.Period?.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Put("access_activity_log", Says(EvidenceKind.Usage, EvidenceKind.LogIns));
        Put("shipping_date", charge.Delivered?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Put("shipping_carrier", party.Carrier);
        Put("shipping_tracking_number", party.Tracking);
        Put("cancellation_rebuttal", Says(EvidenceKind.Cancellation));
        Put("cancellation_policy_disclosure", Answers(EvidenceKind.CancellationPolicy) ? policies.Cancellations : null);
        Put("refund_policy_disclosure", Answers(EvidenceKind.RefundPolicy) ? policies.Refunds : null);
        Put("refund_refusal_explanation", Says(EvidenceKind.Refunds));
        Put("duplicate_charge_explanation", Says(EvidenceKind.OtherCharge));
        Put("uncategorized_text", Says(EvidenceKind.Invoice, EvidenceKind.Subscription, EvidenceKind.EarlierPayments, EvidenceKind.Delivery, EvidenceKind.Correspondence, EvidenceKind.Mails));
        var left = LongestInAll;
        return fields.Where(f => (left -= f.Value.Length) >= 0).ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
    }
}
