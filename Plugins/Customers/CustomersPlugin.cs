using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Text;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Disputes;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Stripe;

namespace BillingCopilot.Plugins.Customers;

/// <summary>Who a customer is and where they stand.</summary>
public sealed class CustomersPlugin(ToolContext context)
{
    private const int MostMatches = 5;
    private const int MostSubscriptions = 10;
    private const int MostCredits = 3;
    private const int MostDisputes = 3;

    /// <summary>Days after which no dispute waits for an answer any more.</summary>
    private const int OpenFor = 120;
    private readonly StripeReader _reader = context.Reader;
    private readonly CustomerFinder _finder = new(context.Reader);
    private readonly SubscriptionProjection _subscriptions = new(context.Reader, context.Tenant);

    [KernelFunction("find_customer"), ToolEffect(ToolEffect.Read)]
    [Description("Finds customers by name (misspellings are fine), mail address or id.")]
    public async Task<object> FindCustomerAsync([Description("As the asker wrote it")] string query, CancellationToken cancellationToken)
    {
        if (!(await _finder.FindAsync(query, cancellationToken)).TryGet(out var found, out var refusal))
        {
            return new ToolFailure(refusal);
        }

        List<CustomerMatch> matches = [];
        foreach (var customer in found.Take(MostMatches))
        {
            if (!(await MatchAsync(customer, found.Count == 1, cancellationToken)).TryGet(out var match, out refusal))
            {
                return new ToolFailure(refusal);
            }

            matches.Add(match);
        }

        return new CustomerMatches(found.Count, matches, Note(found.Count));
    }

    [KernelFunction("get_customer_overview"), ToolEffect(ToolEffect.Read)]
    [Description("Subscriptions, card on file, balance and what is owed.")]
    public async Task<object> GetCustomerOverviewAsync([Handle(ObjectKind.Customer), Description("Handle such as cus1, from find_customer")] string customer, CancellationToken cancellationToken) =>
        ToolResult.Of(await OverviewAsync(customer, cancellationToken));

    private async Task<Outcome<CustomerOverview>> OverviewAsync(string id, CancellationToken cancellationToken)
    {
        if (!(await _reader.CustomerAsync(id, cancellationToken)).TryGet(out var customer, out var refusal)
            || !(await _subscriptions.OfAsync(id, cancellationToken)).TryGet(out var subscriptions, out refusal)
            || !(await _reader.InvoicesAsync(new InvoiceListOptions { Customer = id, Status = "open" }, cancellationToken)).TryGet(out var open, out refusal)
            || !(await _reader.InvoicesAsync(new InvoiceListOptions { Customer = id }, cancellationToken, bound: 1)).TryGet(out var last, out refusal))
        {
            return refusal;
        }

        IReadOnlyList<CustomerBalanceTransaction> past = [];
        if (customer.Balance < 0 && (await _reader.BalanceTransactionsAsync(id, null, cancellationToken)).TryGet(out var entries, out _))
        {
            past = entries.Items;
        }

        var card = customer.InvoiceSettings?.DefaultPaymentMethod?.Card;
        if (card is null && (await _reader.CardsAsync(id, cancellationToken)).TryGet(out var cards, out _))
        {
            card = cards.Items is [var newest, ..] ? newest.Card : null;
        }

        return Overview(customer, subscriptions, CardView.Of(card, context.Clock.UtcNow), past, open.Items, last.Items is [var newestInvoice, ..] ? newestInvoice : null);
    }

    private CustomerOverview Overview(Customer customer, IReadOnlyList<SubscriptionView> subscriptions, CardView? card, IReadOnlyList<CustomerBalanceTransaction> past, IReadOnlyList<Invoice> open, Invoice? last)
    {
        var balance = new Money(Math.Abs(customer.Balance), customer.Currency ?? context.Tenant.Currency);
        var given = TakeBackCourtesyCredit.Standing(past).Take(MostCredits)
            .Select(t => new CourtesyCreditView(new ObjectRef(ObjectKind.BalanceTransaction, t.Id), new Money(-t.Amount, t.Currency), context.Tenant.Day(t.Created))).ToList();
        var owed = open.GroupBy(i => i.Currency, StringComparer.Ordinal).Select(g => new Money(g.Sum(i => i.AmountRemaining), g.Key)).ToList();
        return new CustomerOverview(
            customer.Ref(),
            customer.NameOf(),
            context.Tenant.Day(customer.Created),
            customer.Delinquent == true ? true : null,
            customer.Balance <= 0 ? balance : null,
            customer.Balance > 0 ? balance : null,
            given.Count > 0 ? given : null,
            [.. subscriptions.Take(MostSubscriptions)],
            subscriptions.Count > MostSubscriptions ? new Partial(MostSubscriptions, subscriptions.Count, "Use list_subscriptions with a status or a plan.") : null,
            card,
            open.Count,
            owed.Count > 0 ? owed : null,
            last is null ? null : InvoiceRow.Of(last, context.Tenant),
            context.Tenant.TimeZone);
    }

    private async Task<Outcome<CustomerMatch>> MatchAsync(Customer customer, bool alone, CancellationToken cancellationToken)
    {
        if (!(await _subscriptions.OfAsync(customer.Id, cancellationToken)).TryGet(out var subscriptions, out var refusal)
            || !(await _reader.InvoicesAsync(new InvoiceListOptions { Customer = customer.Id }, cancellationToken, bound: 1)).TryGet(out var invoices, out refusal))
        {
            return refusal;
        }

        var last = invoices.Items is [var newest, ..] ? newest : null;
        return new CustomerMatch(
            customer.Ref(),
            customer.NameOf(),
            context.Tenant.Day(customer.Created),
            [.. subscriptions.SelectMany(s => s.Plans.Select(p => UntrustedWords.Delimit(p.Plan.Value) + (s.Status == "active" ? "" : $" ({s.Status})"))).Distinct()],
            last?.Number,
            last is null ? null : InvoiceRow.DateOf(last, context.Tenant),
            alone ? last?.Ref() : null,
            alone ? await OpenDisputesAsync(customer.Id, cancellationToken) : null);
    }

    /// <summary>Null where there are none, and where this key may not read disputes.</summary>
    private async Task<IReadOnlyList<DisputeRow>?> OpenDisputesAsync(string customerId, CancellationToken cancellationToken)
    {
        // A bank gives weeks to answer, so what is open is young, and old years need not be read for it.
        if (!(await _reader.DisputesAsync(context.Clock.UtcNow.UtcDateTime.AddDays(-OpenFor), cancellationToken)).TryGet(out var disputes, out _))
        {
            return null;
        }

        var today = context.Tenant.Day(context.Clock.UtcNow);
        DisputeRow[] open =
        [
            .. disputes.Items.Where(d => DisputeRow.IsOpen(d) && d.Charge?.CustomerId == customerId)
                .Select(d => DisputeRow.Of(d, context.Tenant, today, context.Disputes?.Contest)).OrderBy(r => r.DaysLeft ?? int.MaxValue).Take(MostDisputes),
        ];
        return open.Length > 0 ? open : null;
    }

    private static string? Note(int count) => count switch
    {
        0 => "No customer fits. Ask for the exact name or the mail address.",
        1 => null,
        <= MostMatches => "Several fit. Ask which one is meant.",
        _ => $"{count} fit; the {MostMatches} best are shown. Ask for more of the name, or the mail address.",
    };
}
