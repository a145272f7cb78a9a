using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Invoices;
using BillingCopilot.Billing.Invoices.Explaining;
using BillingCopilot.Billing.Text;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Invoices.Summaries;

/// <summary>An invoice in plain words for the customer, in their language, from what Stripe says now.</summary>
/// <param name="Paragraph">What changed, in at most <see cref="MostParagraph"/> characters.</param>
/// <param name="Letter">The same with every part, a line each.</param>
/// <param name="Lines">Words for single lines, by the line's id.</param>
internal sealed record InvoiceSummary(Invoice Invoice, Customer Customer, Locale Locale, string Paragraph, string Letter, IReadOnlyDictionary<string, string> Lines)
{
    /// <summary>What a memo or a line takes without being cut by anybody's template.</summary>
    public const int MostParagraph = 500;

    /// <summary>Tells two texts apart.</summary>
    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Reads and words it. A model writes none of it.</summary>
    public static async Task<Outcome<InvoiceSummary>> ReadAsync(StripeReader reader, TenantContext tenant, string invoiceId, CancellationToken cancellationToken)
    {
        if (!(await reader.InvoiceAsync(invoiceId, cancellationToken)).TryGet(out var invoice, out var refusal)
            || !(await reader.CustomerAsync(invoice.CustomerId, cancellationToken)).TryGet(out var customer, out refusal)
            || !(await InvoiceExplainer.EarlierAsync(reader, invoice, cancellationToken)).TryGet(out var earlier, out refusal))
        {
            return refusal;
        }

        if (!(await PreviousInvoice.OfAsync(reader, invoice, cancellationToken)).TryGet(out var previous, out refusal) && refusal.Code != PreviousInvoice.None)
        {
            return refusal;
        }

        Invoice[] all = [invoice, .. previous is null ? [] : new[] { previous }, .. earlier.Where(e => e.Id != previous?.Id)];
        if (!(await new InvoiceFactsReader(reader).ReadAsync(all, cancellationToken)).TryGet(out var facts, out refusal))
        {
            return refusal;
        }

        InvoiceFacts[] named = [.. facts.Select(InvoiceExplainer.Named)];
        var comparison = previous is not null && InvoiceComparison.Compare(named[1], named[0]).TryGet(out var compared, out _) ? compared : null;
        var summary = Of(invoice, customer, InvoiceExplanation.Of(named[0], [.. named[1..].Where(f => f.SubscriptionId == named[0].SubscriptionId)]), comparison, previous is not null && previous.Currency != invoice.Currency ? previous.Money(previous.Total) : null, tenant);
        return LinkFinder.Finds(summary.Letter.Replace(invoice.Number ?? "-", "", StringComparison.Ordinal))
            ? new Refusal("summary_with_link", "The invoice's own names hold a link or an address, which must not go into a text that we sign.", "Correct the product or discount name in Stripe.")
            : summary;
    }

    private static InvoiceSummary Of(Invoice invoice, Customer customer, InvoiceExplanation explanation, InvoiceComparison? comparison, Money? before, TenantContext tenant)
    {
        var locale = Locale.For(customer.PreferredLocales ?? [], customer.Address?.Country);
        var words = new InvoiceWords(locale, tenant.Day);
        var date = Dates.Instant(invoice.StatusTransitions?.FinalizedAt ?? invoice.Created);
        return new InvoiceSummary(
            invoice,
            customer,
            locale,
            words.Paragraph(explanation, comparison, invoice.Number, date, MostParagraph, before),
            words.Letter(explanation, comparison, invoice.Number, date, before),
            explanation.Parts.Where(p => p.LineIds.Count == 1 && p.Subject != InvoiceExplainer.Unnamed)
                .ToDictionary(p => p.LineIds[0], p => words.Part(p, Voice.Customer), StringComparer.Ordinal));
    }
}
