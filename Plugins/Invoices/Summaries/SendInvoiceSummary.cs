using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Documents;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Invoices.Summaries;

/// <summary>Arguments of <c>send_invoice_summary</c>. Text and recipient are not among them: code has both.</summary>
public sealed record SendInvoiceSummaryArguments(
    [property: Handle(ObjectKind.Invoice), Description("Invoice that was sent.")] ObjectRef Invoice,
    [property: Description("Also as a PDF.")] bool Pdf = true);

/// <summary>Mails a customer what their invoice bills and what changed, with a PDF of one page.</summary>
public sealed class SendInvoiceSummary(StripeReaders readers, MailOptions mail, SentMails mails) : IOperation<SendInvoiceSummaryArguments>
{
    internal const string MailedKey = "copilot_summary_mailed";
    private readonly InvoiceMailing _mailing = new(readers, mails, MailedKey);

    public static OperationDescriptor Descriptor { get; } = new(
        "send_invoice_summary",
        "Proposes to mail the customer a plain summary of an invoice. Text and recipient are chosen by code.",
        typeof(SendInvoiceSummaryArguments),
        Risk.Notify) { Stamps = "the invoice" };

    public async Task<Outcome<Preview<SendInvoiceSummaryArguments>>> PreviewAsync(SendInvoiceSummaryArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return (await DraftAsync(arguments, tenant, cancellationToken)).Map(d => new Preview<SendInvoiceSummaryArguments>(
            arguments,
            $"Mail a summary of invoice {d.Summary.Invoice.Number}",
            d.Summary.Customer.Ref(),
            d.Summary.Customer.NameOf().Value,
            d.Summary.Invoice.Ref(),
            null,
            [
                new PreviewChange("To", "", Recipient.Mask(d.Summary.Customer.Email)),
                new PreviewChange("Subject", "", d.Mail.Subject),
                new PreviewChange("Text", "", d.Mail.Text),
                new PreviewChange("Attached", "", d.Mail.Attached?.Name ?? (arguments.Pdf ? SummaryNote.WhyNone(d.Mail.Subject, d.Summary) : "nothing")),
            ],
            "A sent mail can't be taken back.",
            d.Declared));
    }

    public Task<ExecutionResult> ExecuteAsync(SendInvoiceSummaryArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        return _mailing.ExecuteAsync(
            arguments.Invoice.Id,
            async () => (await DraftAsync(arguments, tenant, cancellationToken)).Map(d => new DraftMail(d.Mail, d.Declared)),
            tenant,
            grant,
            writers,
            cancellationToken);
    }

    public Task<ExecutionResult> ReconcileAsync(SendInvoiceSummaryArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken) =>
        _mailing.ReconcileAsync(grant, cancellationToken);

    public Task FinishAsync(SendInvoiceSummaryArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return _mailing.FinishAsync(arguments.Invoice.Id, tenant, grant, writers, cancellationToken);
    }

    private async Task<Outcome<Draft>> DraftAsync(SendInvoiceSummaryArguments arguments, TenantContext tenant, CancellationToken cancellationToken) =>
        !(await InvoiceSummary.ReadAsync(readers.For(tenant), tenant, arguments.Invoice.Id, cancellationToken)).TryGet(out var summary, out var refusal) ? refusal
        : Unfit(summary) is { } unfit ? unfit
        : Draft.Of(summary, arguments.Pdf, mail);

    private static Refusal? Unfit(InvoiceSummary summary) => summary.Invoice switch
    {
        { Status: "draft" } => new("invoice_not_final", "The invoice is a draft, and its amounts may still change.", "Write the summary onto the draft with write_invoice_summary, or wait until it is finalized."),
        { Status: "void" } => new("invoice_void", $"Invoice {summary.Invoice.Number} is void: nothing is billed with it."),
        _ when string.IsNullOrWhiteSpace(summary.Customer.Email) => new("no_mail_address", "The customer has no mail address.", "Add one in Stripe, or reach the customer another way."),
        _ when summary.Invoice.Metadata?.GetValueOrDefault(MailedKey) is { } day => new("mailed_already", $"A summary of invoice {summary.Invoice.Number} was mailed already, on {day}.", "Ask the customer to look among their junk mail. The invoice itself can be mailed again, with resend_invoice."),
        _ => null,
    };

    private sealed record Draft(InvoiceSummary Summary, OutboundMail Mail, IReadOnlyDictionary<string, string> Declared)
    {
        public static Draft Of(InvoiceSummary summary, bool pdf, MailOptions options)
        {
            var (locale, invoice) = (summary.Locale, summary.Invoice);
            Dictionary<string, string?> values = new(StringComparer.Ordinal) { ["number"] = invoice.Number, ["name"] = Collections.DunningDraftsman.NameFor(summary.Customer), ["from"] = options.FromName };
            var subject = locale.Say("mail.subject", values);
            var text = string.Join("\n\n", locale.Say("mail.hello", values), summary.Letter, locale.Say("mail.reply", values), locale.Say("mail.regards", values)) + "\n";
            var attached = pdf && SummaryNote.Write(subject, summary) is { } note ? new MailAttachment($"summary-{Safe(invoice.Number)}.pdf", note) : null;
            return new Draft(
                summary,
                new OutboundMail(summary.Customer.Email, subject, text, attached),
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["status"] = invoice.Status,
                    ["total"] = invoice.Money(invoice.Total).ToString(),
                    ["amount_due"] = invoice.Money(invoice.AmountDue).ToString(),
                    ["customer"] = summary.Customer.Id,
                    ["recipient"] = Recipient.Digest(summary.Customer.Email),
                    ["text"] = InvoiceSummary.Digest($"{subject}\n{text}\n{attached is not null}"),
                });
        }

        private static string Safe(string? number) => string.Concat((number ?? "invoice").Where(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
    }
}
