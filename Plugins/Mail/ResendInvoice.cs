using System.ComponentModel;
using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Mail;

/// <summary>Arguments of <c>resend_invoice</c>.</summary>
public sealed record ResendInvoiceArguments(
    [property: Handle(ObjectKind.Invoice), Description("Invoice to mail again.")] ObjectRef Invoice);

/// <summary>Has Stripe mail an invoice to its customer once more. Stripe writes the mail and its link.</summary>
public sealed class ResendInvoice(StripeReaders readers, BusinessClock clock) : IOperation<ResendInvoiceArguments>
{
    /// <summary>Metadata key on an invoice: the proposal that last had it mailed again, written before it is.</summary>
    public const string ResentKey = "copilot_resent";

    public static OperationDescriptor Descriptor { get; } = new(
        "resend_invoice",
        "Proposes that Stripe mails an invoice again.",
        typeof(ResendInvoiceArguments),
        Risk.Notify) { FarSideReplays = true, Stamps = "the invoice", Rule = PolicyRules.SendingInvoices };

    public async Task<Outcome<Preview<ResendInvoiceArguments>>> PreviewAsync(ResendInvoiceArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        var reader = readers.For(tenant);
        var today = tenant.Day(clock.UtcNow);
        if (!(await reader.InvoiceAsync(arguments.Invoice.Id, cancellationToken)).TryGet(out var invoice, out var refusal)
            || !(await reader.CustomerAsync(invoice.CustomerId, cancellationToken)).TryGet(out var customer, out refusal)
            || !(await SentAsync(reader, invoice.Id, clock.UtcNow.AddDays(-1), cancellationToken)).TryGet(out var sent, out refusal))
        {
            return refusal;
        }

        return Unfit(invoice, customer) is { } unfit ? unfit
            : !sent.Complete ? new Refusal("too_many_events", "The account has more events than were read, so whether the invoice was mailed today is not known.", "Look at it in Stripe's dashboard.")
            : sent.Items.Where(e => tenant.Day(Dates.Instant(e.Created)) == today).MaxBy(e => e.Created) is { } last
            ? new Refusal(
                "mailed_today",
                string.Create(CultureInfo.InvariantCulture, $"Invoice {invoice.Number} was mailed today already, {Dates.Instant(last.Created):yyyy-MM-dd HH:mm} UTC."),
                "Ask the customer to look among their junk mail and whether the address is right; tomorrow it can be mailed again. A wrong address is changed with the form for billing details.")
            : Of(arguments, invoice, customer);
    }

    public Task<ExecutionResult> ExecuteAsync(ResendInvoiceArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        return Planned.ExecuteAsync(
            () => ReconcileAsync(arguments, tenant, grant, cancellationToken),
            () => PreviewAsync(arguments, tenant, cancellationToken),
            grant,
            async _ =>
            {
                var writer = writers.Open<StripeWriter>(grant);
                await writer.StampInvoiceAsync(arguments.Invoice.Id, new Dictionary<string, string> { [ResentKey] = grant.ProposalId }, cancellationToken);
                var sent = await writer.SendInvoiceAsync(arguments.Invoice.Id, cancellationToken);
                return new ExecutionResult.Executed(sent.Id, Summary, sent.StripeResponse?.RequestId);
            },
            $"Look among the events of invoice {arguments.Invoice.Id} whether it was sent.",
            cancellationToken);
    }

    /// <summary>
    /// The invoice is marked first: one without any such mark was not sent for this grant. Whether the marked one was,
    /// Stripe's event says, which names the key that the call came with.
    /// </summary>
    public async Task<ExecutionResult> ReconcileAsync(ResendInvoiceArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        var reader = readers.For(tenant);
        if (!(await reader.InvoiceAsync(arguments.Invoice.Id, cancellationToken)).TryGet(out var invoice, out var refusal))
        {
            return new ExecutionResult.Unknown($"The invoice could not be read. {refusal}");
        }

        if (invoice.Metadata?.GetValueOrDefault(ResentKey) is null)
        {
            return new ExecutionResult.NotDone();
        }

        if (!(await SentAsync(reader, invoice.Id, Dates.Instant(invoice.Created), cancellationToken)).TryGet(out var events, out refusal))
        {
            return new ExecutionResult.Unknown($"The events of the account could not be read. {refusal}");
        }

        return events.Items.FirstOrDefault(e => e.Request?.IdempotencyKey == grant.IdempotencyKey) is { } sent
            ? new ExecutionResult.Executed(invoice.Id, Summary, sent.Request.Id)
            : events.Complete ? new ExecutionResult.NotDone()
            : new ExecutionResult.Unknown("The account has more events than were read.");
    }

    private const string Summary = "The invoice was mailed again.";

    /// <summary>The events of this invoice's sendings. Stripe keeps them for 30 days.</summary>
    private static async Task<Outcome<Listing<Event>>> SentAsync(StripeReader reader, string invoiceId, DateTimeOffset since, CancellationToken cancellationToken) =>
        (await reader.EventsAsync("invoice.sent", since, cancellationToken))
            .Map(all => all with { Items = [.. all.Items.Where(e => e.Data.Object is Invoice { Id: var id } && id == invoiceId)] });

    private static Refusal? Unfit(Invoice invoice, Customer customer) => invoice switch
    {
        { Status: "draft" } => new("invoice_not_final", "The invoice is a draft: sending would finalize it.", "Wait until it is finalized."),
        { Status: not ("open" or "paid") } => new("invoice_not_billed", $"The invoice is {invoice.Status}: nothing is billed with it."),
        _ when string.IsNullOrWhiteSpace(customer.Email) => new("no_mail_address", "The customer has no mail address.", "Add one in Stripe, or reach the customer another way."),
        _ when !string.Equals(invoice.CustomerEmail, customer.Email, StringComparison.OrdinalIgnoreCase) =>
            new("mail_address_moved", "The invoice bears another mail address than the customer has now, and Stripe would mail it there.", "Reach the customer another way."),
        _ => null,
    };

    private static Preview<ResendInvoiceArguments> Of(ResendInvoiceArguments arguments, Invoice invoice, Customer customer)
    {
        var remaining = invoice.Money(invoice.AmountRemaining);
        return new Preview<ResendInvoiceArguments>(
            arguments,
            $"Mail invoice {invoice.Number} over {invoice.Money(invoice.Total).ToDisplayText()} again",
            customer.Ref(),
            customer.NameOf().Value,
            invoice.Ref(),
            null,
            [
                new PreviewChange("To", "", Recipient.Mask(customer.Email)),
                new PreviewChange("Text", "", "Stripe's own invoice mail, with its link to see and pay the invoice."),
                PreviewChange.Of("Owed on the invoice", remaining, remaining),
            ],
            "A sent mail can't be taken back.",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["status"] = invoice.Status,
                ["total"] = invoice.Money(invoice.Total).ToString(),
                ["amount_remaining"] = remaining.ToString(),
                ["customer"] = customer.Id,
                ["recipient"] = Recipient.Digest(customer.Email),
                ["invoice_recipient"] = Recipient.Digest(invoice.CustomerEmail),
            });
    }
}
