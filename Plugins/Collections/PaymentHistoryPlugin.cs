using System.ComponentModel;
using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Charges;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Invoices;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Stripe;

namespace BillingCopilot.Plugins.Collections;

/// <summary>Payment attempts, why they failed, and when the next one is.</summary>
public sealed class PaymentHistoryPlugin(ToolContext context)
{
    private const int MostRows = 10;
    private readonly StripeReader _reader = context.Reader;
    private readonly Settlements _settlements = new(context.Reader);

    [KernelFunction("get_payment_history"), ToolEffect(ToolEffect.Read)]
    [Description("Payment attempts, decline reasons with what they mean, unpaid invoices, next attempt. Give customer or invoice.")]
    public async Task<object> GetPaymentHistoryAsync(
        [Handle(ObjectKind.Customer), Description("Handle such as cus1, from find_customer")] string? customer = null,
        [Handle(ObjectKind.Invoice), Description("Handle such as inv1")] string? invoice = null,
        CancellationToken cancellationToken = default)
    {
        var history = invoice is not null ? await OfInvoiceAsync(invoice, cancellationToken)
            : customer is not null ? await OfCustomerAsync(customer, cancellationToken)
            : ToolResult.Missing("Neither a customer nor an invoice was given.");
        return ToolResult.Of(history);
    }

    private async Task<Outcome<PaymentHistory>> OfInvoiceAsync(string id, CancellationToken cancellationToken)
    {
        if (!(await _reader.InvoiceAsync(id, cancellationToken)).TryGet(out var invoice, out var refusal)
            || !(await _reader.CustomerAsync(invoice.CustomerId, cancellationToken)).TryGet(out var owner, out refusal)
            || !(await _settlements.ChargesOfAsync(invoice, cancellationToken)).TryGet(out var charges, out refusal))
        {
            return refusal;
        }

        return await HistoryAsync(owner, [.. charges.Select(c => (c, (Invoice?)invoice))], [invoice], true, cancellationToken);
    }

    private async Task<Outcome<PaymentHistory>> OfCustomerAsync(string id, CancellationToken cancellationToken)
    {
        if (!(await _reader.CustomerAsync(id, cancellationToken)).TryGet(out var owner, out var refusal)
            || !(await _reader.ChargesAsync(new ChargeListOptions { Customer = id }, cancellationToken)).TryGet(out var charges, out refusal)
            || !(await _settlements.ByPaymentIntentAsync(id, cancellationToken)).TryGet(out var byIntent, out refusal)
            || !(await _reader.InvoicesAsync(new InvoiceListOptions { Customer = id, Status = "open", Expand = ["data.payments"] }, cancellationToken)).TryGet(out var open, out refusal))
        {
            return refusal;
        }

        var attempts = charges.Items.Select(c => (c, c.PaymentIntentId is { } intent ? byIntent.GetValueOrDefault(intent) : null)).ToList();
        return await HistoryAsync(owner, attempts, open.Items, charges.Complete, cancellationToken);
    }

    private async Task<Outcome<PaymentHistory>> HistoryAsync(
        Customer owner, List<(Charge Charge, Invoice? Invoice)> attempts, IReadOnlyList<Invoice> invoices, bool complete, CancellationToken cancellationToken)
    {
        if (!(await CardOnFileAsync(owner, cancellationToken)).TryGet(out var cards, out var refusal))
        {
            return refusal;
        }

        List<UnpaidInvoice> unpaid = [];
        var owed = invoices.Where(i => i.Status is "open" or "uncollectible" && i.AmountRemaining > 0).ToList();
        foreach (var invoice in owed.Take(MostRows))
        {
            var row = Unpaid(invoice, attempts, await EarlierProposal.AboutAsync(invoice.Ref(), context, cancellationToken));
            if (!(await AwaitedAsync(invoice, row.FailedAttempts > 0, cancellationToken)).TryGet(out var awaited, out refusal))
            {
                return refusal;
            }

            unpaid.Add(awaited.Length == 0 ? row : row with { Awaited = awaited });
        }

        var shown = attempts.Take(MostRows).ToList();
        var all = complete && shown.Count == attempts.Count;
        return new PaymentHistory(
            owner.Ref(),
            owner.NameOf(),
            CardView.Of(cards is [var card, ..] ? card : null, context.Clock.UtcNow),
            unpaid,
            owed.Count > MostRows ? new Partial(MostRows, owed.Count, "Use list_invoices with status open.") : null,
            attempts.Count,
            all,
            all ? null : new Partial(shown.Count, complete ? attempts.Count : null, "Ask for one invoice; list_invoices has them all."),
            AttemptView.Rows(shown, context.Tenant),
            context.Tenant.TimeZone);
    }

    /// <summary>What the invoice's payment waits for; empty when for nothing. After a decline only a payment under way is worth saying.</summary>
    private async Task<Outcome<string>> AwaitedAsync(Invoice invoice, bool declined, CancellationToken cancellationToken)
    {
        var sent = invoice.CollectionMethod == "send_invoice" && !declined;
        if (Settlements.PaymentIntents(invoice).LastOrDefault() is not { } id)
        {
            return PendingPayment.Awaited(null, null, sent) ?? "";
        }

        return (await _reader.PaymentIntentAsync(id, cancellationToken))
            .Map(intent => PendingPayment.Awaited(intent.Status, intent.PaymentMethodTypes is [var only] ? only : null, sent) ?? "");
    }

    private UnpaidInvoice Unpaid(Invoice invoice, List<(Charge Charge, Invoice? Invoice)> attempts, IReadOnlyList<EarlierProposal> proposals)
    {
        var own = attempts.Where(a => a.Invoice?.Id == invoice.Id && a.Charge.Status == "failed").ToList();
        var last = own.Count > 0 ? ChargeFactsMap.DeclineOf(own[0].Charge) : null;
        DateOnly? first = own.Count > 0 ? context.Tenant.Day(own.Min(a => a.Charge.Created)) : null;
        DateOnly? mailed = DateOnly.TryParseExact(invoice.Metadata?.GetValueOrDefault(DunningDraftsman.MailedKey), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var on) ? on : null;
        return new UnpaidInvoice(
            invoice.Ref(),
            invoice.Number,
            invoice.Status,
            invoice.Money(invoice.AmountRemaining),
            context.Tenant.Day(invoice.DueDate),
            own.Count,
            last is { IsRetried: false } ? null : context.Tenant.Day(invoice.NextPaymentAttempt),
            last?.RetryMayWork,
            first,
            first is { } day ? context.Tenant.Day(context.Clock.UtcNow).DayNumber - day.DayNumber : null,
            mailed,
            mailed is null ? "not yet" : null,
            null,
            proposals.Count > 0 ? proposals : null);
    }

    private async Task<Outcome<IReadOnlyList<PaymentMethodCard>>> CardOnFileAsync(Customer owner, CancellationToken cancellationToken)
    {
        if (owner.InvoiceSettings?.DefaultPaymentMethod?.Card is { } card)
        {
            return new Outcome<IReadOnlyList<PaymentMethodCard>>.Ok([card]);
        }

        return (await _reader.CardsAsync(owner.Id, cancellationToken))
            .Map(cards => (IReadOnlyList<PaymentMethodCard>)[.. cards.Items.Select(c => c.Card).Take(1)]);
    }
}
