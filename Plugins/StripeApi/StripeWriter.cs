using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Disputes;
using BillingCopilot.Plugins.Support;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>
/// The writes that operations need, bound to one grant: its idempotency key and its stamp go with each call. A mark alone
/// has no such key: it is the same however often it is made, and the key would replay a failure.
/// </summary>
/// <param name="uploads">Makes a client that repeats nothing by itself.</param>
internal sealed class StripeWriter(StripeClient client, Func<StripeClient> uploads, WriteGrant grant)
{
    public Task<CreditNote> CreateCreditNoteAsync(CreditNoteCreateOptions options, CancellationToken cancellationToken)
    {
        options.Metadata = Stamp();
        return client.V1.CreditNotes.CreateAsync(options, Keyed(), cancellationToken);
    }

    public Task<Refund> CreateRefundAsync(RefundCreateOptions options, CancellationToken cancellationToken)
    {
        options.Metadata = Stamp();
        return client.V1.Refunds.CreateAsync(options, Keyed(), cancellationToken);
    }

    /// <summary>Changes an invoice and stamps it in the same call.</summary>
    public Task<Invoice> UpdateInvoiceAsync(string invoiceId, InvoiceUpdateOptions options, CancellationToken cancellationToken)
    {
        options.Metadata = Stamp();
        return client.V1.Invoices.UpdateAsync(invoiceId, options, Keyed(), cancellationToken);
    }

    /// <summary>Gives lines of a draft other descriptions, by their ids, and stamps the invoice in the same call.</summary>
    public Task<Invoice> UpdateInvoiceLinesAsync(string invoiceId, IReadOnlyDictionary<string, string> descriptions, CancellationToken cancellationToken) =>
        client.V1.Invoices.UpdateLinesAsync(
            invoiceId,
            new InvoiceUpdateLinesOptions
            {
                InvoiceMetadata = Stamp(),
                Lines = [.. descriptions.Select(d => new InvoiceLineOptions { Id = d.Key, Description = d.Value })],
            },
            Keyed(),
            cancellationToken);

    /// <summary>Marks an invoice with the grant's stamp and more; other metadata stays.</summary>
    public Task<Invoice> StampInvoiceAsync(string invoiceId, IReadOnlyDictionary<string, string> more, CancellationToken cancellationToken)
    {
        var stamp = Stamp();
        foreach (var (key, value) in more)
        {
            stamp[key] = value;
        }

        return client.V1.Invoices.UpdateAsync(invoiceId, new InvoiceUpdateOptions { Metadata = stamp }, null, cancellationToken);
    }

    /// <summary>
    /// Stamps a credit note, then voids it: with the mark there first, a void note that bears it was voided for this
    /// grant. The mark of the proposal that issued it stays.
    /// </summary>
    public async Task<CreditNote> VoidCreditNoteAsync(string creditNoteId, CancellationToken cancellationToken)
    {
        var stamp = Stamp().ToDictionary(s => Stamps.Undo(s.Key), s => s.Value, StringComparer.Ordinal);
        await client.V1.CreditNotes.UpdateAsync(creditNoteId, new CreditNoteUpdateOptions { Metadata = stamp }, null, cancellationToken);
        return await client.V1.CreditNotes.VoidCreditNoteAsync(creditNoteId, null, Keyed(), cancellationToken);
    }

    /// <summary>Changes a subscription and stamps it in the same call.</summary>
    public Task<Subscription> UpdateSubscriptionAsync(string subscriptionId, SubscriptionUpdateOptions options, CancellationToken cancellationToken)
    {
        options.Metadata = Stamp();
        return client.V1.Subscriptions.UpdateAsync(subscriptionId, options, Keyed(), cancellationToken);
    }

    /// <summary>Ends a subscription without giving anything back. Its metadata takes no mark in the same call: the comment does.</summary>
    public Task<Subscription> CancelSubscriptionAsync(string subscriptionId, CancellationToken cancellationToken) => client.V1.Subscriptions.CancelAsync(
        subscriptionId,
        new SubscriptionCancelOptions { InvoiceNow = false, Prorate = false, CancellationDetails = new SubscriptionCancellationDetailsOptions { Comment = CommentOf(grant) } },
        Keyed(),
        cancellationToken);

    /// <summary>Ends a subscription whose items were all set to nothing: there is nothing left to prorate. Its key is not the one of what emptied it.</summary>
    public Task<Subscription> EndEmptiedSubscriptionAsync(string subscriptionId, CancellationToken cancellationToken) => client.V1.Subscriptions.CancelAsync(
        subscriptionId,
        new SubscriptionCancelOptions { InvoiceNow = false, Prorate = false, CancellationDetails = new SubscriptionCancellationDetailsOptions { Comment = CommentOf(grant) } },
        Keyed(":end"),
        cancellationToken);

    /// <summary>Marks a subscription, also one that has ended.</summary>
    public Task<Subscription> StampSubscriptionAsync(string subscriptionId, CancellationToken cancellationToken) =>
        client.V1.Subscriptions.UpdateAsync(subscriptionId, new SubscriptionUpdateOptions { Metadata = Stamp() }, null, cancellationToken);

    /// <summary>Puts a schedule onto a subscription that changes nothing yet. Stripe takes nothing else in the same call.</summary>
    public Task<SubscriptionSchedule> CreateScheduleAsync(string subscriptionId, CancellationToken cancellationToken) =>
        client.V1.SubscriptionSchedules.CreateAsync(new SubscriptionScheduleCreateOptions { FromSubscription = subscriptionId }, Keyed(":schedule"), cancellationToken);

    /// <summary>Changes a schedule and stamps it in the same call.</summary>
    public Task<SubscriptionSchedule> UpdateScheduleAsync(string scheduleId, SubscriptionScheduleUpdateOptions options, CancellationToken cancellationToken)
    {
        options.Metadata = Stamp();
        return client.V1.SubscriptionSchedules.UpdateAsync(scheduleId, options, Keyed(), cancellationToken);
    }

    /// <summary>Takes a schedule off again that changes nothing.</summary>
    public Task<SubscriptionSchedule> DropScheduleAsync(string scheduleId, CancellationToken cancellationToken) =>
        client.V1.SubscriptionSchedules.ReleaseAsync(scheduleId, null, Keyed(":drop"), cancellationToken);

    /// <summary>Stamps a schedule, then releases its subscription: with the mark there first, a released one that bears it was released for this grant.</summary>
    public async Task<SubscriptionSchedule> ReleaseScheduleAsync(string scheduleId, CancellationToken cancellationToken)
    {
        var stamp = Stamp().ToDictionary(s => Stamps.Undo(s.Key), s => s.Value, StringComparer.Ordinal);
        await client.V1.SubscriptionSchedules.UpdateAsync(scheduleId, new SubscriptionScheduleUpdateOptions { Metadata = stamp }, null, cancellationToken);
        return await client.V1.SubscriptionSchedules.ReleaseAsync(scheduleId, null, Keyed(), cancellationToken);
    }

    /// <summary>Has Stripe mail an invoice. The call takes no metadata.</summary>
    public Task<Invoice> SendInvoiceAsync(string invoiceId, CancellationToken cancellationToken) =>
        client.V1.Invoices.SendInvoiceAsync(invoiceId, null, Keyed(), cancellationToken);

    /// <summary>A link to the customer portal. It is a bearer link: into an outbound mail and nowhere else.</summary>
    /// <param name="flow">The one form that it opens, after which a confirmation ends it; null for the whole portal.</param>
    public Task<Stripe.BillingPortal.Session> CreatePortalSessionAsync(string customerId, string configuration, string? flow, CancellationToken cancellationToken) =>
        client.V1.BillingPortal.Sessions.CreateAsync(
            new Stripe.BillingPortal.SessionCreateOptions
            {
                Customer = customerId,
                Configuration = configuration,
                FlowData = flow is null ? null : new Stripe.BillingPortal.SessionFlowDataOptions { Type = flow, AfterCompletion = new() { Type = "hosted_confirmation" } },
            },
            // A key that outlives the link would replay one that has expired.
            Keyed($":portal:{grant.Attempt}"),
            cancellationToken);

    /// <summary>Changes a customer and stamps it in the same call.</summary>
    public Task<Customer> UpdateCustomerAsync(string customerId, CustomerUpdateOptions options, CancellationToken cancellationToken)
    {
        options.Metadata = Stamp();
        return client.V1.Customers.UpdateAsync(customerId, options, Keyed(), cancellationToken);
    }

    /// <summary>Tax ids have no metadata: <see cref="StampTaxIdAsync"/> marks the customer instead.</summary>
    public Task<TaxId> AddTaxIdAsync(string customerId, string type, string value, CancellationToken cancellationToken) =>
        client.V1.Customers.TaxIds.CreateAsync(customerId, new CustomerTaxIdCreateOptions { Type = type, Value = value }, Keyed(), cancellationToken);

    /// <inheritdoc cref="AddTaxIdAsync"/>
    public Task<TaxId> RemoveTaxIdAsync(string customerId, string taxId, CancellationToken cancellationToken) =>
        client.V1.Customers.TaxIds.DeleteAsync(customerId, taxId, null, Keyed(), cancellationToken);

    /// <summary>Marks the customer of a changed tax id, beside the mark of what changed the customer's own fields.</summary>
    public Task<Customer> StampTaxIdAsync(string customerId, CancellationToken cancellationToken) => client.V1.Customers.UpdateAsync(
        customerId,
        new CustomerUpdateOptions { Metadata = Stamp().ToDictionary(s => Stamps.TaxId(s.Key), s => s.Value, StringComparer.Ordinal) },
        null,
        cancellationToken);

    /// <summary>Marks a customer with the grant's stamp and more; other metadata stays.</summary>
    public Task<Customer> StampCustomerAsync(string customerId, IReadOnlyDictionary<string, string> more, CancellationToken cancellationToken)
    {
        var stamp = Stamp();
        foreach (var (key, value) in more)
        {
            stamp[key] = value;
        }

        return client.V1.Customers.UpdateAsync(customerId, new CustomerUpdateOptions { Metadata = stamp }, null, cancellationToken);
    }

    /// <summary>Puts credit on a customer's balance. In Stripe a credit is negative.</summary>
    /// <param name="more">Further metadata of the transaction.</param>
    public Task<CustomerBalanceTransaction> CreditBalanceAsync(string customerId, Money amount, string description, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? more = null) =>
        client.V1.Customers.BalanceTransactions.CreateAsync(
            customerId,
            new CustomerBalanceTransactionCreateOptions { Amount = -amount.AmountMinor, Currency = amount.Currency, Description = description, Metadata = new Dictionary<string, string>(Stamp().Concat(more ?? new Dictionary<string, string>())) },
            Keyed(),
            cancellationToken);

    /// <summary>
    /// Uploads the document, then hands evidence and document in and stamps the dispute in one call. A repetition
    /// finds the same document by its key.
    /// </summary>
    public async Task<Dispute> SubmitEvidenceAsync(string disputeId, DisputeEvidenceOptions evidence, IReadOnlyList<EvidenceFile> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            using var content = new MemoryStream(file.Pdf);
            var upload = new FileCreateOptions { File = new MultipartFileContent { Data = content, Name = file.Name, Type = "application/pdf" }, Purpose = "dispute_evidence" };
            var id = (await uploads().V1.Files.CreateAsync(upload, Keyed($":{file.Field}"), cancellationToken)).Id;
            _ = file.Field == "customer_communication" ? evidence.CustomerCommunication = id : evidence.UncategorizedFile = id;
        }

        return await client.V1.Disputes.UpdateAsync(disputeId, new DisputeUpdateOptions { Evidence = evidence, Metadata = Stamp(), Submit = true }, Keyed(), cancellationToken);
    }

    /// <summary>
    /// Stamps a dispute, then gives it up: with the mark there first, a lost one that bears it was given up for this
    /// grant. Without <c>submit: false</c> Stripe would take the mark for the answer.
    /// </summary>
    public async Task<Dispute> CloseDisputeAsync(string disputeId, CancellationToken cancellationToken)
    {
        await client.V1.Disputes.UpdateAsync(disputeId, new DisputeUpdateOptions { Metadata = Stamp(), Submit = false }, null, cancellationToken);
        return await client.V1.Disputes.CloseAsync(disputeId, null, Keyed(), cancellationToken);
    }

    /// <summary>The mark that a cancellation bears.</summary>
    public static string CommentOf(WriteGrant grant) => $"{WriteGrant.ProposalKey}={grant.ProposalId}";

    // Stripe cuts nothing off: a metadata value beyond 500 characters is an error.
    private Dictionary<string, string> Stamp() =>
        grant.Stamp.ToDictionary(s => s.Key, s => s.Value.Length > 500 ? s.Value[..500] : s.Value, StringComparer.Ordinal);

    private RequestOptions Keyed(string suffix = "") => new() { IdempotencyKey = grant.IdempotencyKey + suffix };
}
