using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Mail;

/// <summary>A mail as composed now, and what its approval is bound to.</summary>
internal sealed record DraftMail(OutboundMail Mail, IReadOnlyDictionary<string, string> Declared);

/// <summary>What every operation that mails about an invoice does the same: one mail a grant, then a mark on the invoice.</summary>
/// <param name="markKey">Metadata key on the invoice: the day of the mail.</param>
internal sealed class InvoiceMailing(StripeReaders readers, SentMails mails, string markKey)
{
    /// <param name="draft">Composes the mail from what Stripe says now. Not asked when the mail has gone already.</param>
    public async Task<ExecutionResult> ExecuteAsync(string invoiceId, Func<Task<Outcome<DraftMail>>> draft, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        if (await mails.FindAsync(grant, cancellationToken) is MailState.NotSent)
        {
            if (!(await draft()).TryGet(out var composed, out var refusal))
            {
                return new ExecutionResult.Failed(refusal);
            }

            if (grant.RefuseUnless(composed.Declared) is { } differs)
            {
                return new ExecutionResult.Failed(differs);
            }

            await writers.Open<IMailWriter>(grant).SendAsync(composed.Mail, cancellationToken);
        }

        return await mails.FindAsync(grant, cancellationToken) is MailState.Sent sent
            ? await StampAsync(invoiceId, sent, tenant, grant, writers, cancellationToken)
            : await ReconcileAsync(grant, cancellationToken);
    }

    public async Task<ExecutionResult> ReconcileAsync(WriteGrant grant, CancellationToken cancellationToken) => await mails.FindAsync(grant, cancellationToken) switch
    {
        MailState.Sent => Sent(grant, null),
        MailState.InDoubt doubt => new ExecutionResult.Unknown(doubt.LookAt),
        _ => new ExecutionResult.NotDone(),
    };

    /// <summary>The mark that a crash between the mail and the mark left out.</summary>
    public async Task FinishAsync(string invoiceId, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        if (await mails.FindAsync(grant, cancellationToken) is not MailState.Sent sent)
        {
            return;
        }

        if (!(await readers.For(tenant).InvoiceAsync(invoiceId, cancellationToken)).TryGet(out var invoice, out var refusal))
        {
            throw new InvalidOperationException($"The invoice could not be read. {refusal}");
        }

        if (!Stamps.Bears(invoice.Metadata, grant)
            && await StampAsync(invoiceId, sent, tenant, grant, writers, cancellationToken) is ExecutionResult.Executed { Unfinished: true } unmarked)
        {
            throw new InvalidOperationException(unmarked.Summary);
        }
    }

    /// <summary>Marks the invoice. The mail has gone by now, so a failure here must not look like a failure to send.</summary>
    private async Task<ExecutionResult> StampAsync(string invoiceId, MailState.Sent sent, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        var mailed = new Dictionary<string, string> { [markKey] = tenant.Day(sent.At).ToString("O") };
        var stamped = await Attempt.WriteAsync(
            async () => Sent(grant, (await writers.Open<StripeWriter>(grant).StampInvoiceAsync(invoiceId, mailed, cancellationToken)).StripeResponse?.RequestId),
            "The mail was written.",
            cancellationToken);
        return stamped is ExecutionResult.Executed
            ? stamped
            : new ExecutionResult.Executed(grant.ProposalId, "The mail was sent; the invoice could not be marked.") { Unfinished = true };
    }

    private static ExecutionResult.Executed Sent(WriteGrant grant, string? requestId) => new(grant.ProposalId, "The mail was sent.", requestId);
}
