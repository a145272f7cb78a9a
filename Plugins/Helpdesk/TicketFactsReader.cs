using BillingCopilot.Billing;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Helpdesk;

/// <summary>Reads what an agent wants to see beside a ticket.</summary>
internal sealed class TicketFactsReader(StripeReader reader, TenantContext tenant)
{
    /// <summary>How many of the newest invoices are looked through for one that was sent and stands.</summary>
    private const int Looked = 20;

    public async Task<Outcome<TicketFacts>> ReadAsync(string customer, Invoice? mentioned, CancellationToken cancellationToken)
    {
        if (!(await reader.InvoicesAsync(new InvoiceListOptions { Customer = customer }, cancellationToken, bound: Looked)).TryGet(out var last, out var refusal)
            || !(await reader.InvoicesAsync(new InvoiceListOptions { Customer = customer, Status = "open" }, cancellationToken)).TryGet(out var open, out refusal)
            || !(await reader.ChargesAsync(new ChargeListOptions { Customer = customer }, cancellationToken)).TryGet(out var charges, out refusal))
        {
            return refusal;
        }

        var owed = open.Items.GroupBy(i => i.Currency, StringComparer.Ordinal).Select(g => new Money(g.Sum(i => i.AmountRemaining), g.Key)).ToList();
        return new TicketFacts(
            mentioned?.CustomerId == customer ? InvoiceRow.Of(mentioned, tenant) : null,
            last.Items.FirstOrDefault(i => i.Status is not ("draft" or "void")) is { } newest ? InvoiceRow.Of(newest, tenant) : null,
            open.Items.Count,
            owed.Count > 0 ? owed : null,
            charges.Items is [var charge, ..] ? PaymentOf(charge) : null);
    }

    private TicketPayment PaymentOf(Charge charge) => new(
        charge.Ref(), tenant.Day(charge.Created), new Money(charge.Amount, charge.Currency), charge.Status, charge.Status == "failed" ? ChargeFactsMap.DeclineOf(charge) : null);
}
