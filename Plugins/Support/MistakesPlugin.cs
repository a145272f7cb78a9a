using System.ComponentModel;
using System.Text.Json;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Charges;
using BillingCopilot.Billing.Invoices;
using BillingCopilot.Billing.Mistakes;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Invoices;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>What was billed wrongly.</summary>
public sealed class MistakesPlugin(ToolContext context)
{
    /// <summary>Invoices looked at, newest first: about four years of a monthly plan.</summary>
    private const int MostInvoices = 50;

    /// <summary>What a customer without mistakes was checked for.</summary>
    private const string LookedFor = "No double charge, missed discount, wrong proration or charge after a cancellation; nothing else was checked.";

    private readonly StripeReader _reader = context.Reader;

    [KernelFunction("find_billing_mistakes"), ToolEffect(ToolEffect.Read)]
    [Description("Finds double charges, missed discounts, wrong prorations, charges after a cancellation; with evidence.")]
    public async Task<object> FindBillingMistakesAsync([Handle(ObjectKind.Customer)] string customer, CancellationToken cancellationToken) =>
        ToolResult.Of(await FindAsync(customer, cancellationToken));

    private async Task<Outcome<MistakeList>> FindAsync(string id, CancellationToken cancellationToken)
    {
        var filter = new InvoiceListOptions { Customer = id, Expand = ["data.payments", "data.total_discount_amounts.discount"] };
        if (!(await _reader.CustomerAsync(id, cancellationToken)).TryGet(out var customer, out var refusal)
            || !(await _reader.InvoicesAsync(filter, cancellationToken, MostInvoices)).TryGet(out var listed, out refusal)
            || !(await new InvoiceFactsReader(_reader).ReadAsync(listed.Items, cancellationToken)).TryGet(out var invoices, out refusal)
            || !(await _reader.SubscriptionsWithDiscountsAsync(id, cancellationToken)).TryGet(out var subscriptions, out refusal)
            || !(await _reader.ChargesAsync(new ChargeListOptions { Customer = id }, cancellationToken)).TryGet(out var charges, out refusal)
            || !(await ChargesAsync(charges.Items, listed.Items, cancellationToken)).TryGet(out var facts, out refusal)
            || !(await WithRefundsOfNotesAsync(invoices, facts, cancellationToken)).TryGet(out invoices, out refusal))
        {
            return refusal;
        }

        // Which products a coupon is for is said only by the coupon itself.
        foreach (var source in subscriptions.Items.SelectMany(s => s.Discounts ?? []).Append(customer.Discount).Select(d => d?.Source).Where(s => s?.CouponId is not null))
        {
            if (!(await _reader.CouponAsync(source!.CouponId, cancellationToken)).TryGet(out var coupon, out refusal))
            {
                return refusal;
            }

            source.Coupon = coupon;
        }

        var history = new BillingHistory([.. invoices.Select(OutsideNames.Delimited)], [.. subscriptions.Items.Select(s => OutsideNames.Delimited(SubscriptionFactsMap.Of(s, customer)))], facts);
        var complete = listed.Complete && charges.Complete && subscriptions.Complete;
        var mistakes = BillingMistakes.Find(history);
        List<MistakeView> views = [];
        foreach (var mistake in mistakes)
        {
            var targets = facts.Where(c => c.Succeeded && (c.Id == mistake.ChargeId || (mistake.InvoiceId is not null && c.InvoiceId == mistake.InvoiceId))).Select(c => new ObjectRef(ObjectKind.Charge, c.Id));
            var proposals = await EarlierProposal.OfMoneyBackAsync(mistake.InvoiceId is { } invoice ? targets.Append(new ObjectRef(ObjectKind.Invoice, invoice)) : targets, context, cancellationToken);
            views.Add(MistakeView.Of(mistake, Remedies.For(mistake, history), proposals.Count > 0 ? proposals : null));
        }

        return new MistakeList(
            customer.Ref(),
            customer.NameOf(),
            listed.Items.Count,
            facts.Count,
            complete,
            complete ? null : new Partial(listed.Items.Count, null, "Older invoices were not looked at: use get_invoice for one of them."),
            views,
            mistakes.Count == 0 ? LookedFor : null);
    }

    /// <summary>Only a credit note says which refunds are its own: read where an invoice was both credited after its payment and refunded.</summary>
    private async Task<Outcome<IReadOnlyList<InvoiceFacts>>> WithRefundsOfNotesAsync(IReadOnlyList<InvoiceFacts> invoices, IReadOnlyList<ChargeFacts> charges, CancellationToken cancellationToken)
    {
        List<InvoiceFacts> known = [];
        foreach (var invoice in invoices)
        {
            if (invoice.CreditedInAll == invoice.Credited || !charges.Any(c => c.InvoiceId == invoice.Id && c.AmountRefunded > 0))
            {
                known.Add(invoice);
                continue;
            }

            if (!(await _reader.CreditNotesAsync(invoice.Id, cancellationToken)).TryGet(out var notes, out var refusal))
            {
                return refusal;
            }

            known.Add(invoice with { RefundedByCreditNotes = notes.Items.Where(n => n.Status != "void").Sum(InvoiceCredits.RefundedBy) });
        }

        return known;
    }

    private async Task<Outcome<IReadOnlyList<ChargeFacts>>> ChargesAsync(IReadOnlyList<Charge> charges, IReadOnlyList<Invoice> invoices, CancellationToken cancellationToken)
    {
        var byIntent = Settlements.ByPaymentIntent(invoices);
        List<ChargeFacts> facts = [];
        foreach (var charge in charges)
        {
            var invoice = charge.PaymentIntentId is { } intent ? byIntent.GetValueOrDefault(intent) : null;
            if (invoice is null && charge.Status == "succeeded" && !(await new Settlements(_reader).InvoiceOfAsync(charge, cancellationToken)).TryGet(out invoice, out var refusal) && refusal is not null)
            {
                return refusal;
            }

            facts.Add(ChargeFactsMap.Of(charge, invoice));
        }

        return facts;
    }
}

/// <summary>What is wrong in a customer's bills.</summary>
/// <param name="Invoices">How many were looked at.</param>
/// <param name="Charges">How many were looked at.</param>
/// <param name="Mistakes">Largest first; empty when nothing is wrong.</param>
/// <param name="Checked">What was looked for, when nothing was found.</param>
public sealed record MistakeList(
    ObjectRef Customer,
    UntrustedText CustomerName,
    int Invoices,
    int Charges,
    bool Complete,
    Partial? Partial,
    IReadOnlyList<MistakeView> Mistakes,
    string? Checked);

/// <summary>One mistake.</summary>
/// <param name="Kind"><c>duplicate_charge</c>, <c>missed_discount</c>, <c>wrong_proration</c>, …</param>
/// <param name="Over">Asked for too much, without tax.</param>
/// <param name="OverWithTax">The same with tax, where it is another.</param>
/// <param name="Under">Asked for too little.</param>
/// <param name="Proposals">To give money of it back: open, or carried out; left out when none.</param>
public sealed record MistakeView(
    string Kind,
    Money? Over,
    Money? OverWithTax,
    Money? Under,
    ObjectRef? Invoice,
    string? InvoiceNumber,
    ObjectRef? Charge,
    IReadOnlyList<string> Evidence,
    RemedyView Remedy,
    IReadOnlyList<EarlierProposal>? Proposals)
{
    internal static MistakeView Of(Mistake mistake, Remedy remedy, IReadOnlyList<EarlierProposal>? proposals) => new(
        JsonNamingPolicy.SnakeCaseLower.ConvertName(mistake.Kind.ToString()),
        mistake.Over.AmountMinor > 0 ? mistake.Over : null,
        mistake.Over.AmountMinor > 0 && mistake.WithTax != mistake.Over ? mistake.WithTax : null,
        mistake.Over.AmountMinor < 0 ? -mistake.Over : null,
        mistake.InvoiceId is { } invoice ? new ObjectRef(ObjectKind.Invoice, invoice) : null,
        mistake.InvoiceNumber,
        mistake.ChargeId is { } charge ? new ObjectRef(ObjectKind.Charge, charge) : null,
        mistake.Evidence,
        RemedyView.Of(remedy),
        proposals);
}

/// <summary>The cheapest remedy that is right.</summary>
/// <param name="Operation">That proposes it; left out when nothing is to be given back by us.</param>
/// <param name="Disposition">Of a credit note on a paid invoice.</param>
public sealed record RemedyView(string? Operation, string? Disposition, string Because)
{
    internal static RemedyView Of(Remedy remedy) => remedy.Kind switch
    {
        RemedyKind.LowerTheDebt => new("issue_credit_note", null, remedy.Because),
        RemedyKind.StoredCredit => new("issue_credit_note", "customer_balance", remedy.Because),
        RemedyKind.CreditAndRefund => new("issue_credit_note", "refund", remedy.Because),
        RemedyKind.Refund => new("issue_refund", null, remedy.Because),
        _ => new(null, null, remedy.Because),
    };
}
