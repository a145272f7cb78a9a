using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Plugins.Documents;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>The evidence as a document that a bank's clerk reads: the charge, its invoice line by line, what is on record.</summary>
internal static class EvidenceDocument
{
    private const int MostLines = 40;

    /// <summary>The same record gives the same bytes.</summary>
    public static byte[] Write(DisputeDossier about, IReadOnlyDictionary<string, string> texts, TenantContext tenant) =>
        PdfText.Write(
            Written($"Evidence on the charge of {about.Amount.ToDisplayText()} of {Day(about.Facts.ChargedOn)}"),
            Paragraphs(about, texts, tenant).Select(p => p with { Text = Written(p.Text) }));

    private static IEnumerable<PdfParagraph> Paragraphs(DisputeDossier about, IReadOnlyDictionary<string, string> texts, TenantContext tenant)
    {
        yield return new($"Stripe dispute {about.Dispute.Id} of {Day(tenant.Day(about.Dispute.Created))}, charge {about.Charge.Id}. {about.Reason.Claim}.{(about.NetworkReason is { } code ? $" The network's code is {code}." : "")}");
        if (texts.GetValueOrDefault("customer_name") is { } name)
        {
            yield return new($"Customer: {name}");
        }

        if (about.Invoice is { } invoice)
        {
            yield return new($"Invoice {invoice.Number}", Heading: true);
            foreach (var line in invoice.Lines.Data.Take(MostLines))
            {
                yield return new($"{line.Description}: {invoice.Money(line.Amount).ToDisplayText()}");
            }

            yield return new($"Total {invoice.Money(invoice.Total).ToDisplayText()}, {invoice.Status}.");
        }

        yield return new("What is on record", Heading: true);
        foreach (var evidence in about.Pack.Found.Where(e => e.Helps))
        {
            yield return new(evidence.Says);
        }

        foreach (var payment in about.Visa.Holds ? about.Visa.Matching : [])
        {
            yield return new($"Undisputed payment with the same card on {Day(tenant.Day(payment.Paid))}, by the same buyer: charge {payment.ChargeId}{(payment.Description is { } sold ? $", {sold.TrimEnd('.')}" : "")}.");
        }

        foreach (var (heading, field) in new[] { ("Our rule on cancellations", "cancellation_policy_disclosure"), ("Our rule on refunds", "refund_policy_disclosure") })
        {
            if (texts.GetValueOrDefault(field) is { } words)
            {
                yield return new(heading, Heading: true);
                yield return new(words);
            }
        }
    }

    /// <summary>Letters that the font lacks become question marks: a name in another script must not stop an answer.</summary>
    public static string Written(string text) => PdfText.CanWrite(text) ? text
        : string.Concat(text.EnumerateRunes().Select(r => PdfText.CanWrite(r.ToString()) ? r.ToString() : "?"));

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
