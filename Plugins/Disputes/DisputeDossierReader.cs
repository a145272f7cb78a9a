using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Plugins.Collections;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Plugins.Invoices.Summaries;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>Reads what is on record around a disputed charge.</summary>
internal sealed class DisputeDossierReader(StripeReader reader, TenantContext tenant, IHelpdesk helpdesk, ContestTerms? terms)
{
    private const int LongestUseDays = 31;

    public async Task<Outcome<DisputeDossier>> ReadAsync(string chargeId, CancellationToken cancellationToken)
    {
        if (!(await reader.ChargeAsync(chargeId, cancellationToken)).TryGet(out var charge, out var refusal)
            || !(await reader.DisputesAsync(null, cancellationToken)).TryGet(out var all, out refusal)
            || !(await new Settlements(reader).InvoiceOfAsync(charge, cancellationToken)).TryGet(out var invoice, out refusal) && refusal is not null
            || !(await SubscriptionAsync(invoice, cancellationToken)).TryGet(out var subscription, out refusal) && refusal is not null)
        {
            return refusal;
        }

        // An inquiry may turn into a dispute of its own: the open one counts, then the latest.
        if (all.Items.Where(d => d.ChargeId == chargeId).OrderByDescending(DisputeRow.IsOpen).ThenByDescending(d => d.Created).FirstOrDefault() is not { } dispute)
        {
            return new Refusal("not_disputed", "No dispute of this charge is on record.", "list_disputes shows those there are.");
        }

        Customer? customer = null;
        if (charge.CustomerId is { } owner && !(await reader.CustomerAsync(owner, cancellationToken)).TryGet(out customer, out refusal) && refusal?.Code != "customer_deleted")
        {
            return refusal!;
        }

        if (!(await PaidAsync(charge, cancellationToken)).TryGet(out var paid, out refusal)
            || !(await UsedAsync(subscription, charge, dispute, cancellationToken)).TryGet(out var used, out refusal) && refusal is not null
            || !(await new SoldReader(reader).OfAsync(charge, invoice, cancellationToken)).TryGet(out var product, out refusal)
            || !(await EarlierAsync(dispute, charge, paid, cancellationToken)).TryGet(out var earlier, out refusal))
        {
            return refusal;
        }

        var facts = FactsOf(charge, invoice, subscription, customer, paid, earlier, used) with
        {
            Messages = customer is null ? null : await new TicketMessages(tenant, helpdesk).ReadAsync(dispute.Reason, charge, customer, subscription, cancellationToken),
        };
        return new DisputeDossier(dispute, [.. all.Items.Where(d => d.Id != dispute.Id)], charge, invoice, subscription, customer, facts, earlier, product, all.Complete, terms);
    }

    private DisputedCharge FactsOf(Charge charge, Invoice? invoice, Subscription? subscription, Customer? customer, IReadOnlyList<Charge> paid, List<EarlierPayment> earlier, decimal? used)
    {
        var line = invoice?.Lines?.Data?.FirstOrDefault(l => l.Parent?.SubscriptionItemDetails is { Proration: false });
        return new DisputedCharge(
            new Money(charge.Amount, charge.Currency),
            tenant.Day(charge.Created),
            invoice?.Number,
            line?.Period is { } period ? (tenant.Day(period.Start), tenant.Day(period.End)) : null,
            subscription is null ? null : tenant.Day(subscription.StartDate),
            subscription?.EndedAt is { } ended ? tenant.Day(ended) : null,
            subscription?.CancelAtPeriodEnd == true || subscription?.CancelAt is not null,
            used,
            earlier.Count(p => !p.Challenged),
            paid.Count(c => c.Amount == charge.Amount && c.Currency == charge.Currency && tenant.Day(c.Created) == tenant.Day(charge.Created)),
            new Money(charge.AmountRefunded, charge.Currency),
            RecordedFacts.Day(RecordedFacts.LastLogIn, charge.Metadata, subscription?.Metadata, customer?.Metadata),
            RecordedFacts.Day(RecordedFacts.DeliveredAt, charge.Metadata, invoice?.Metadata),
            [.. Mailed(invoice)]);
    }

    /// <summary>Mails leave the day on the invoice that they are about.</summary>
    private static IEnumerable<(string What, DateOnly On)> Mailed(Invoice? invoice)
    {
        foreach (var (key, what) in new[] { (SendInvoiceSummary.MailedKey, "a summary of the invoice"), (DunningDraftsman.MailedKey, "a reminder of the payment") })
        {
            if (DateOnly.TryParseExact(invoice?.Metadata?.GetValueOrDefault(key), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                yield return (what, day);
            }
        }
    }

    private async Task<Outcome<Subscription?>> SubscriptionAsync(Invoice? invoice, CancellationToken cancellationToken) =>
        invoice?.SubscriptionId() is { } id ? (await reader.SubscriptionAsync(id, cancellationToken)).Map(s => (Subscription?)s) : new Outcome<Subscription?>.Ok(null);

    /// <summary>Other charges of the customer that went through.</summary>
    private async Task<Outcome<IReadOnlyList<Charge>>> PaidAsync(Charge charge, CancellationToken cancellationToken) => charge.CustomerId is not { } customer
        ? new Outcome<IReadOnlyList<Charge>>.Ok([])
        : (await reader.ChargesAsync(new ChargeListOptions { Customer = customer }, cancellationToken))
            .Map(charges => (IReadOnlyList<Charge>)[.. charges.Items.Where(c => c.Id != charge.Id && c.Status == "succeeded")]);

    /// <summary>Metered units from the day of the charge until the day of the dispute, so that they stay as they are; null when nothing is metered.</summary>
    private async Task<Outcome<decimal?>> UsedAsync(Subscription? subscription, Charge charge, Dispute dispute, CancellationToken cancellationToken)
    {
        var (from, until) = (Midnight(charge.Created), Midnight(dispute.Created));
        if (until <= from || subscription?.Items?.Data?.Select(i => i.Price?.Recurring?.Meter).FirstOrDefault(m => m is not null) is not { } meter)
        {
            return new Outcome<decimal?>.Ok(null);
        }

        var end = until < from.AddDays(LongestUseDays) ? until : from.AddDays(LongestUseDays);
        return (await reader.UsageAsync(meter, charge.CustomerId, from, end, cancellationToken)).Map(used => (decimal?)used);
    }

    /// <summary>Those that would be named to Visa say what was sold with them, each by its own invoice.</summary>
    private async Task<Outcome<List<EarlierPayment>>> EarlierAsync(Dispute dispute, Charge charge, IReadOnlyList<Charge> paid, CancellationToken cancellationToken)
    {
        List<EarlierPayment> earlier =
            [.. paid.Where(c => Card(c) is { } card && card == Card(charge) && c.Created < charge.Created && !c.Refunded)
                .Select(c => new EarlierPayment(c.Id, Dates.Instant(c.Created), c.Disputed || IsMarkedAsFraud(c), RecordedFacts.TraitsOf(c.Metadata)))];
        foreach (var named in DisputeDossier.VisaOf(dispute, charge, earlier).Named)
        {
            if (!(await new SoldReader(reader).OfAsync(paid.First(c => c.Id == named.ChargeId), cancellationToken)).TryGet(out var sold, out var refusal))
            {
                return refusal;
            }

            earlier[earlier.IndexOf(named)] = named with { Description = sold.Length > 0 ? sold : null };
        }

        return earlier;
    }

    /// <summary>By a person of ours, or by Stripe's own assessment.</summary>
    private static bool IsMarkedAsFraud(Charge charge) => charge.FraudDetails is { } fraud && (fraud.UserReport == "fraudulent" || fraud.StripeReport == "fraudulent");

    private static DateTime Midnight(DateTime at) => new(at.Ticks - (at.Ticks % TimeSpan.TicksPerDay), DateTimeKind.Utc);

    private static string? Card(Charge charge) => charge.PaymentMethodDetails?.Card?.Fingerprint ?? charge.PaymentMethod;
}
