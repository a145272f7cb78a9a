using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>What would be handed in: structured fields, the PDF, and Visa's own form where its rule is met.</summary>
/// <param name="Texts">By Stripe's names.</param>
/// <param name="Letters">What the customer and we wrote, as a PDF; null where nothing is on record.</param>
internal sealed record DisputeAnswer(DisputeDossier About, IReadOnlyDictionary<string, string> Texts, byte[] Pdf, byte[]? Letters)
{
    private const int Pieces = EvidenceFields.LongestText;

    public string FileName => $"evidence-{Suffix}.pdf";

    public string LettersName => $"correspondence-{Suffix}.pdf";

    /// <summary>Stripe's <c>customer_communication</c> is a file, not a text.</summary>
    public IReadOnlyList<EvidenceFile> Files =>
        [new("uncategorized_file", FileName, Pdf), .. Letters is { } letters ? new[] { new EvidenceFile("customer_communication", LettersName, letters) } : []];

    private string Suffix => string.Concat((About.Invoice?.Number ?? "charge").Where(c => char.IsAsciiLetterOrDigit(c) || c == '-'));

    public static DisputeAnswer Of(DisputeDossier about, DisputePolicies policies, TenantContext tenant)
    {
        var texts = EvidenceFields.Of(about.Reason, about.Facts, about.Pack, about.Party, policies)
            .ToDictionary(t => t.Key, t => PlainText.Clean(t.Value, Pieces), StringComparer.Ordinal);
        return new DisputeAnswer(about, texts, EvidenceDocument.Write(about, texts, tenant), CorrespondenceDocument.Write(about));
    }

    /// <summary>Everything that would leave is part of what is approved.</summary>
    public IReadOnlyDictionary<string, string> Declared
    {
        get
        {
            var declared = About.Declared;
            declared["evidence"] = Digest(Encoding.UTF8.GetBytes(string.Join('\n', Texts.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{t.Key}={t.Value}"))));
            declared["pdf"] = Digest(Pdf);
            declared["correspondence"] = Letters is null ? "" : Digest(Letters);
            declared["visa_payments"] = string.Join(',', Prior.Select(p => p.ChargeId));
            declared["visa_words"] = Digest(Encoding.UTF8.GetBytes(string.Join('\n', Prior.Select(p => p.Description).Prepend(About.Product))));
            return declared;
        }
    }

    /// <summary>For a card: the person's own facts masked.</summary>
    public IEnumerable<PreviewChange> Shown(TenantContext tenant)
    {
        foreach (var (name, text) in Texts)
        {
            yield return new PreviewChange($"Evidence: {name.Replace('_', ' ')}", "", name switch
            {
                "customer_email_address" => Recipient.Mask(text),
                _ when EvidenceFields.Personal.Contains(name) => "as on record (not shown)",
                _ => text,
            });
        }

        yield return new PreviewChange("Attached", "", FileName);
        if (Letters is not null)
        {
            yield return new PreviewChange("Evidence: customer communication", "", $"{LettersName}: {string.Join("; ", CorrespondenceDocument.Contents(About))}");
            foreach (var message in CorrespondenceDocument.Tickets(About))
            {
                yield return new PreviewChange($"The bank reads: {DisputeWords.Named(message)}", "", $"{message.Subject}\n{message.Text}");
            }
        }

        if (Prior.Count > 0)
        {
            yield return new PreviewChange("Visa Compelling Evidence 3.0", "", $"met, by {Prior.Count} earlier undisputed payments");
            foreach (var (index, payment) in Prior.Index())
            {
                var day = tenant.Day(payment.Paid).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                yield return new PreviewChange($"Earlier payment {index + 1}", "", $"{day}: {payment.Description ?? "what was sold is not on record"}");
            }
        }
    }

    /// <summary>As Stripe takes them. The file is named once it is there.</summary>
    public DisputeEvidenceOptions Options()
    {
        var options = new DisputeEvidenceOptions
        {
            AccessActivityLog = Text("access_activity_log"),
            BillingAddress = Text("billing_address"),
            CancellationPolicyDisclosure = Text("cancellation_policy_disclosure"),
            CancellationRebuttal = Text("cancellation_rebuttal"),
            CustomerEmailAddress = Text("customer_email_address"),
            CustomerName = Text("customer_name"),
            CustomerPurchaseIp = Text("customer_purchase_ip"),
            DuplicateChargeExplanation = Text("duplicate_charge_explanation"),
            ProductDescription = Text("product_description"),
            RefundPolicyDisclosure = Text("refund_policy_disclosure"),
            RefundRefusalExplanation = Text("refund_refusal_explanation"),
            ServiceDate = Text("service_date"),
            ShippingCarrier = Text("shipping_carrier"),
            ShippingDate = Text("shipping_date"),
            ShippingTrackingNumber = Text("shipping_tracking_number"),
            UncategorizedText = Text("uncategorized_text"),
        };
        if (Prior.Count > 0)
        {
            options.EnhancedEvidence = new DisputeEvidenceEnhancedEvidenceOptions { VisaCompellingEvidence3 = VisaForm() };
        }

        return options;
    }

    private IReadOnlyList<EarlierPayment> Prior => About.Visa.Named;

    private DisputeEvidenceEnhancedEvidenceVisaCompellingEvidence3Options VisaForm() => new()
    {
        DisputedTransaction = new DisputeEvidenceEnhancedEvidenceVisaCompellingEvidence3DisputedTransactionOptions
        {
            CustomerAccountId = About.Traits.AccountId,
            CustomerDeviceFingerprint = About.Traits.DeviceFingerprint,
            CustomerDeviceId = About.Traits.DeviceId,
            CustomerPurchaseIp = About.Traits.Ip,
            MerchandiseOrServices = "services",
            ProductDescription = About.Product.Length > 0 ? About.Product : null,
        },
        PriorUndisputedTransactions = [.. Prior.Select(p => new DisputeEvidenceEnhancedEvidenceVisaCompellingEvidence3PriorUndisputedTransactionOptions
        {
            Charge = p.ChargeId,
            CustomerAccountId = p.Traits.AccountId,
            CustomerDeviceFingerprint = p.Traits.DeviceFingerprint,
            CustomerDeviceId = p.Traits.DeviceId,
            CustomerPurchaseIp = p.Traits.Ip,
            ProductDescription = p.Description,
        })],
    };

    private string? Text(string name) => Texts.GetValueOrDefault(name);

    private static string Digest(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
