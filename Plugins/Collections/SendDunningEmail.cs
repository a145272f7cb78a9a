using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Collections;

/// <summary>Mails a customer whose payment failed. Words, recipient and pay link come from code.</summary>
public sealed class SendDunningEmail(StripeReaders readers, MailOptions mail, SentMails mails, BusinessClock clock) : IOperation<SendDunningEmailArguments>
{
    private readonly InvoiceMailing _mailing = new(readers, mails, DunningDraftsman.MailedKey);

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

    public Task<ExecutionResult> ExecuteAsync(SendDunningEmailArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
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

    public Task<ExecutionResult> ReconcileAsync(SendDunningEmailArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken) =>
        _mailing.ReconcileAsync(grant, cancellationToken);

    public Task FinishAsync(SendDunningEmailArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return _mailing.FinishAsync(arguments.Invoice.Id, tenant, grant, writers, cancellationToken);
    }

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
