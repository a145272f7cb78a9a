using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Collections;

/// <summary>Mails a customer whose payment failed. Words, recipient and pay link come from code.</summary>
public sealed class SendDunningEmail(StripeReaders readers, MailOptions mail, BusinessClock clock) : IOperation<SendDunningEmailArguments>
{
    public static OperationDescriptor Descriptor { get; } = new(
        "send_dunning_email",
        "Proposes a mail about a failed payment. Text, recipient and pay link are chosen by code.",
        typeof(SendDunningEmailArguments),
        Risk.Notify) { Stamps = "the invoice" };

    public async Task<Outcome<Preview<SendDunningEmailArguments>>> PreviewAsync(SendDunningEmailArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return (await DraftAsync(arguments, tenant, cancellationToken)).Map(draft => PreviewOf(arguments, draft));
    }

    public async Task<ExecutionResult> ExecuteAsync(SendDunningEmailArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        if (!File.Exists(Outbox.PathOf(mail, grant.ProposalId)))
        {
            if (!(await DraftAsync(arguments, tenant, cancellationToken)).TryGet(out var draft, out var refusal))
            {
                return new ExecutionResult.Failed(refusal);
            }

            if (grant.RefuseUnless(draft.Declared) is { } differs)
            {
                return new ExecutionResult.Failed(differs);
            }

            await writers.Open<Outbox>(grant).SendAsync(draft.Mail, cancellationToken);
        }

        return await StampAsync(arguments, tenant, grant, writers, cancellationToken);
    }

    /// <summary>
    /// The outbox is the record of what was sent. It is this node's own folder: several nodes have to share one
    /// (<see cref="MailOptions.Outbox"/>), or a node would not find the mail that another wrote before it died.
    /// </summary>
    public Task<ExecutionResult> ReconcileAsync(SendDunningEmailArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grant);
        return Task.FromResult<ExecutionResult>(File.Exists(Outbox.PathOf(mail, grant.ProposalId))
            ? Sent(grant, null)
            : new ExecutionResult.NotDone());
    }

    /// <summary>The mark that a crash between the mail and the mark left out.</summary>
    public async Task FinishAsync(SendDunningEmailArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(writers);
        if ((await readers.For(tenant).InvoiceAsync(arguments.Invoice.Id, cancellationToken)).TryGet(out var invoice, out _) && !Stamps.Bears(invoice.Metadata, grant))
        {
            await StampAsync(arguments, tenant, grant, writers, cancellationToken);
        }
    }

    /// <summary>Marks the invoice. The mail has gone by now, so a failure here must not look like a failure to send.</summary>
    private async Task<ExecutionResult> StampAsync(SendDunningEmailArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        var mailed = new Dictionary<string, string> { [DunningDraftsman.MailedKey] = tenant.Day(await Outbox.SentAtAsync(mail, grant.ProposalId, cancellationToken)).ToString("O") };
        var stamped = await Attempt.WriteAsync(
            async () => Sent(grant, (await writers.Open<StripeWriter>(grant).StampInvoiceAsync(arguments.Invoice.Id, mailed, cancellationToken)).StripeResponse?.RequestId),
            "The mail was written.",
            cancellationToken);
        return stamped is ExecutionResult.Executed
            ? stamped
            : new ExecutionResult.Executed(grant.ProposalId, "The mail was sent; the invoice could not be marked.");
    }

    private static ExecutionResult.Executed Sent(WriteGrant grant, string? requestId) => new(grant.ProposalId, "The mail was sent.", requestId);

    private Task<Outcome<DunningDraft>> DraftAsync(SendDunningEmailArguments arguments, TenantContext tenant, CancellationToken cancellationToken) =>
        new DunningDraftsman(readers.For(tenant), tenant, mail).DraftAsync(arguments.Invoice.Id, tenant.Day(clock.UtcNow), cancellationToken);

    private static Preview<SendDunningEmailArguments> PreviewOf(SendDunningEmailArguments arguments, DunningDraft draft)
    {
        var (invoice, customer) = (draft.Invoice, draft.Customer);
        var amount = invoice.Money(invoice.AmountRemaining);
        return new Preview<SendDunningEmailArguments>(
            arguments,
            $"Mail about the unpaid {amount.ToDisplayText()} of invoice {invoice.Number}",
            customer.Ref(),
            customer.NameOf().Value,
            invoice.Ref(),
            amount,
            [
                new PreviewChange("To", "", Recipient.Mask(customer.Email)),
                new PreviewChange("Subject", "", draft.Subject),
                new PreviewChange("Text", "", draft.Shown),
            ],
            "A sent mail can't be taken back.",
            draft.Declared);
    }
}
