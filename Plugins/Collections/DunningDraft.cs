using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Dunning;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Collections;

/// <summary>A dunning mail composed from what Stripe says now.</summary>
internal sealed record DunningDraft(Invoice Invoice, Customer Customer, DunningMail Kind, string Subject, string Body, string PayLink)
{
    public const string PayLinkMark = "[pay link]";

    /// <summary>The body as an approver sees it: without the bearer link.</summary>
    public string Shown => Body.Replace(PayLink, PayLinkMark, StringComparison.Ordinal);

    public OutboundMail Mail => new(Customer.Email, Subject, Body);

    /// <summary>
    /// Same for the same words and the same host to pay at. The link itself is not in it: Stripe hands out another
    /// one for the same invoice from time to time.
    /// </summary>
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Subject}\n{Shown}\n{new Uri(PayLink).Host}")));

    /// <summary>What the approval is bound to: the invoice as it stands, the recipient and the text.</summary>
    public Dictionary<string, string> Declared => new(StringComparer.Ordinal)
    {
        ["status"] = Invoice.Status,
        ["amount_remaining"] = Invoice.Money(Invoice.AmountRemaining).ToString(),
        ["attempt_count"] = $"{Invoice.AttemptCount}",
        ["customer"] = Customer.Id,
        ["recipient"] = Recipient.Digest(Customer.Email),
        ["template"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(Kind.Template.ToString()),
        ["text"] = Digest,
    };
}

/// <summary>Composes dunning mails, or says why none should go.</summary>
internal sealed class DunningDraftsman(StripeReader reader, TenantContext tenant, MailOptions options)
{
    private const int LongestName = 120;

    /// <summary>Metadata key on an invoice: the day of the last mail.</summary>
    public const string MailedKey = "copilot_dunning_mailed";

    public async Task<Outcome<DunningDraft>> DraftAsync(string invoiceId, DateOnly today, CancellationToken cancellationToken)
    {
        if (!(await reader.InvoiceAsync(invoiceId, cancellationToken)).TryGet(out var invoice, out var refusal)
            || !(await reader.CustomerAsync(invoice.CustomerId, cancellationToken)).TryGet(out var customer, out refusal)
            || !(await new Settlements(reader).ChargesOfAsync(invoice, cancellationToken)).TryGet(out var charges, out refusal))
        {
            return refusal;
        }

        return Unfit(invoice, customer, charges, today) is { } reason ? reason : Compose(invoice, customer, [.. charges.Where(c => c.Status == "failed")]);
    }

    private DunningDraft Compose(Invoice invoice, Customer customer, List<Charge> failed)
    {
        var decline = failed.Count > 0 ? ChargeFactsMap.DeclineOf(failed[0])! : DeclineClassifier.Classify("no_payment_method");
        var next = invoice.NextPaymentAttempt is { } at ? Dates.Instant(at) : (DateTimeOffset?)null;
        var kind = DunningMail.For(decline, Math.Max(failed.Count, (int)invoice.AttemptCount), next);
        var about = new DunningSubject(
            NameFor(customer),
            invoice.Number,
            invoice.Money(invoice.AmountRemaining),
            decline,
            failed.FirstOrDefault()?.PaymentMethodDetails?.Card?.Last4,
            tenant.Day(invoice.NextPaymentAttempt),
            options.FromName);
        return new DunningDraft(invoice, customer, kind, DunningText.Subject(kind, about), DunningText.Body(kind, about, invoice.HostedInvoiceUrl), invoice.HostedInvoiceUrl);
    }

    /// <summary>A name that holds a link is somebody's advertisement, or worse, in a mail that we sign.</summary>
    internal static string? NameFor(Customer customer)
    {
        var name = PlainText.Clean(customer.NameOf().Value, LongestName);
        return name.Length == 0 || LinkFinder.Finds(name) ? null : name;
    }

    private Refusal? Unfit(Invoice invoice, Customer customer, IReadOnlyList<Charge> charges, DateOnly today) => invoice switch
    {
        { Status: "paid" } => new("invoice_paid", $"Invoice {invoice.Number} is paid: there is nothing to recover."),
        { Status: not "open" } => new("invoice_not_open", $"The invoice is {invoice.Status}: only an open one is dunned."),
        { AmountRemaining: <= 0 } => new("nothing_owed", $"Nothing is owed on invoice {invoice.Number}."),
        { AttemptCount: 0 } when charges.Count == 0 => new("not_attempted", "No payment has been tried yet, so none has failed.", "Wait for the first attempt."),
        _ when string.IsNullOrWhiteSpace(customer.Email) => new("no_mail_address", "The customer has no mail address.", "Add one in Stripe, or reach the customer another way."),
        _ when !IsPayLink(invoice.HostedInvoiceUrl) => new("no_pay_link", "The invoice has no pay link on a host that is allowed in mails.", "Check Mail:PayLinkHosts."),
        _ when invoice.Metadata?.GetValueOrDefault(MailedKey) == today.ToString("O") => new("mailed_today", $"The customer was already mailed about invoice {invoice.Number} today.", "Wait a day."),
        _ => null,
    };

    private bool IsPayLink(string? link) => Uri.TryCreate(link, UriKind.Absolute, out var uri)
        && ((uri.Scheme == Uri.UriSchemeHttps && options.PayLinkHosts.Contains(uri.Host, StringComparer.OrdinalIgnoreCase))
            || (reader.IsLoopback && uri.IsLoopback));
}
