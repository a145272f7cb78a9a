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
internal sealed class InvoiceMailing(StripeReaders readers, MailOptions mail, string markKey)
{
    /// <param name="draft">Composes the mail from what Stripe says now. Not asked when the mail has gone already.</param>
    public async Task<ExecutionResult> ExecuteAsync(string invoiceId, Func<Task<Outcome<DraftMail>>> draft, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        if (!File.Exists(Outbox.PathOf(mail, grant.ProposalId)))
        {
            if (!(await draft()).TryGet(out var composed, out var refusal))
            {
                return new ExecutionResult.Failed(refusal);
            }

            if (grant.RefuseUnless(composed.Declared) is { } differs)
            {
                return new ExecutionResult.Failed(differs);
            }

            await writers.Open<Outbox>(grant).SendAsync(composed.Mail, cancellationToken);
        }

        return await StampAsync(invoiceId, tenant, grant, writers, cancellationToken);
    }

    /// <summary>
    /// The outbox is the record of what was sent. It is this node's own folder: several nodes have to share one
    /// (<see cref="MailOptions.Outbox"/>), or a node would not find the mail that another wrote before it died.
    /// </summary>
    public ExecutionResult Reconcile(WriteGrant grant) => File.Exists(Outbox.PathOf(mail, grant.ProposalId)) ? Sent(grant, null) : new ExecutionResult.NotDone();

    /// <summary>The mark that a crash between the mail and the mark left out.</summary>
    public async Task FinishAsync(string invoiceId, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        if ((await readers.For(tenant).InvoiceAsync(invoiceId, cancellationToken)).TryGet(out var invoice, out _) && !Stamps.Bears(invoice.Metadata, grant))
        {
            await StampAsync(invoiceId, tenant, grant, writers, cancellationToken);
        }
    }

    /// <summary>Marks the invoice. The mail has gone by now, so a failure here must not look like a failure to send.</summary>
    private async Task<ExecutionResult> StampAsync(string invoiceId, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        var mailed = new Dictionary<string, string> { [markKey] = tenant.Day(await Outbox.SentAtAsync(mail, grant.ProposalId, cancellationToken)).ToString("O") };
        var stamped = await Attempt.WriteAsync(
            async () => Sent(grant, (await writers.Open<StripeWriter>(grant).StampInvoiceAsync(invoiceId, mailed, cancellationToken)).StripeResponse?.RequestId),
            "The mail was written.",
            cancellationToken);
        return stamped is ExecutionResult.Executed
            ? stamped
            : new ExecutionResult.Executed(grant.ProposalId, "The mail was sent; the invoice could not be marked.");
    }

    private static ExecutionResult.Executed Sent(WriteGrant grant, string? requestId) => new(grant.ProposalId, "The mail was sent.", requestId);
}
