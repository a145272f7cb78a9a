using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using BillingCopilot.Billing;
using Stripe;
using Stripe.Billing;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>
/// Reads from Stripe with a restricted key. Lists are read to the end, within a bound. Nothing here writes.
/// </summary>
public sealed class StripeReader
{
    private const int Page = 100;
    private readonly V1Services _v1;
    private readonly ConcurrentDictionary<string, Price> _prices = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Coupon> _coupons = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _productNames = new(StringComparer.Ordinal);

    internal StripeReader(StripeClient client, Uri apiBase)
    {
        _v1 = client.V1;
        IsLoopback = apiBase.IsLoopback;
    }

    /// <summary>True for the sandbox on this machine.</summary>
    public bool IsLoopback { get; }

    public Task<Outcome<Customer>> CustomerAsync(string id, CancellationToken cancellationToken) => TryAsync<Customer>(
        async () => await _v1.Customers.GetAsync(id, new CustomerGetOptions { Expand = ["invoice_settings.default_payment_method"] }, null, cancellationToken) is { Deleted: not true } customer
            ? customer
            : new Refusal("customer_deleted", "The customer was deleted.", "Look for another customer."),
        cancellationToken);

    /// <summary>A customer's VAT and business numbers, newest first.</summary>
    public Task<Outcome<Listing<TaxId>>> TaxIdsAsync(string customerId, CancellationToken cancellationToken) =>
        ListAsync(_v1.Customers.TaxIds.ListAutoPagingAsync(customerId, new CustomerTaxIdListOptions { Limit = Page }, null, cancellationToken), cancellationToken);

    public Task<Outcome<Listing<Customer>>> CustomersAsync(string? email, CancellationToken cancellationToken) =>
        ListAsync(_v1.Customers.ListAutoPagingAsync(new CustomerListOptions { Email = email, Limit = Page }, null, cancellationToken), cancellationToken);

    /// <summary>
    /// One small call, so that business time is the far side's as of now. Does not fail: without an answer the
    /// clock stays as it was last seen.
    /// </summary>
    public Task ObserveClockAsync(CancellationToken cancellationToken) => TryAsync<StripeList<Customer>>(
        async () => await _v1.Customers.ListAsync(new CustomerListOptions { Limit = 1 }, null, cancellationToken), cancellationToken);

    /// <summary>Customers whose name holds a word. Stripe's search may lag a minute behind.</summary>
    public Task<Outcome<Listing<Customer>>> SearchCustomersAsync(string word, CancellationToken cancellationToken) =>
        ListAsync(
            _v1.Customers.SearchAutoPagingAsync(new CustomerSearchOptions { Query = $"name~\"{Quoted(word)}\"", Limit = Page }, null, cancellationToken),
            cancellationToken);

    /// <summary>Of every status, newest first.</summary>
    public Task<Outcome<Listing<Subscription>>> SubscriptionsAsync(string customerId, CancellationToken cancellationToken) =>
        ListAsync(
            _v1.Subscriptions.ListAutoPagingAsync(new SubscriptionListOptions { Customer = customerId, Status = "all", Limit = Page }, null, cancellationToken),
            cancellationToken);

    /// <summary>Of all customers, newest first. Without a status: all that are not canceled.</summary>
    public Task<Outcome<Listing<Subscription>>> SubscriptionsAsync(SubscriptionListOptions filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        filter.Limit = Page;
        return ListAsync(_v1.Subscriptions.ListAutoPagingAsync(filter, null, cancellationToken), cancellationToken);
    }

    public Task<Outcome<Subscription>> SubscriptionAsync(string id, CancellationToken cancellationToken) =>
        TryAsync(async () => (Outcome<Subscription>)await _v1.Subscriptions.GetAsync(id, null, null, cancellationToken), cancellationToken);

    /// <summary>A customer's subscriptions with the coupons of their discounts, of every status.</summary>
    public Task<Outcome<Listing<Subscription>>> SubscriptionsWithDiscountsAsync(string customerId, CancellationToken cancellationToken) =>
        SubscriptionsAsync(new SubscriptionListOptions { Customer = customerId, Status = "all", Expand = ["data.discounts.source.coupon"] }, cancellationToken);

    /// <summary>What waits for a customer's next invoice: an upgrade's proration, a charge added by hand.</summary>
    public Task<Outcome<Listing<InvoiceItem>>> PendingItemsAsync(string customerId, CancellationToken cancellationToken) =>
        ListAsync(_v1.InvoiceItems.ListAutoPagingAsync(new InvoiceItemListOptions { Customer = customerId, Pending = true, Limit = Page }, null, cancellationToken), cancellationToken);

    public Task<Outcome<SubscriptionSchedule>> ScheduleAsync(string id, CancellationToken cancellationToken) =>
        TryAsync(async () => (Outcome<SubscriptionSchedule>)await _v1.SubscriptionSchedules.GetAsync(id, null, null, cancellationToken), cancellationToken);

    /// <summary>A customer's schedules, ended ones too, newest first.</summary>
    public Task<Outcome<Listing<SubscriptionSchedule>>> SchedulesAsync(string customerId, CancellationToken cancellationToken) =>
        ListAsync(_v1.SubscriptionSchedules.ListAutoPagingAsync(new SubscriptionScheduleListOptions { Customer = customerId, Limit = Page }, null, cancellationToken), cancellationToken);

    /// <summary>Prices that fit a filter.</summary>
    public Task<Outcome<Listing<Price>>> PricesAsync(PriceListOptions filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        filter.Limit = Page;
        return ListAsync(_v1.Prices.ListAutoPagingAsync(filter, null, cancellationToken), cancellationToken);
    }

    /// <summary>Coupons on offer.</summary>
    public Task<Outcome<Listing<Coupon>>> CouponsAsync(CancellationToken cancellationToken) =>
        ListAsync(_v1.Coupons.ListAutoPagingAsync(new CouponListOptions { Limit = Page }, null, cancellationToken), cancellationToken);

    /// <summary>Events of one type, newest first. Stripe keeps them for 30 days.</summary>
    public Task<Outcome<Listing<Event>>> EventsAsync(string type, DateTimeOffset since, CancellationToken cancellationToken) =>
        ListAsync(
            _v1.Events.ListAutoPagingAsync(new EventListOptions { Type = type, Created = new DateRangeOptions { GreaterThanOrEqual = since.UtcDateTime }, Limit = Page }, null, cancellationToken),
            cancellationToken);

    /// <summary>A subscription with its discounts and their coupons.</summary>
    public Task<Outcome<Subscription>> SubscriptionWithDiscountsAsync(string id, CancellationToken cancellationToken) => TryAsync(
        async () => (Outcome<Subscription>)await _v1.Subscriptions.GetAsync(id, new SubscriptionGetOptions { Expand = ["discounts.source.coupon"] }, null, cancellationToken),
        cancellationToken);

    public Task<Outcome<CustomerBalanceTransaction>> BalanceTransactionAsync(string customerId, string id, CancellationToken cancellationToken) =>
        TryAsync(async () => (Outcome<CustomerBalanceTransaction>)await _v1.Customers.BalanceTransactions.GetAsync(customerId, id, null, null, cancellationToken), cancellationToken);

    public Task<Outcome<PaymentIntent>> PaymentIntentAsync(string id, CancellationToken cancellationToken) =>
        TryAsync(async () => (Outcome<PaymentIntent>)await _v1.PaymentIntents.GetAsync(id, null, null, cancellationToken), cancellationToken);

    /// <summary>The invoice that would come next. Stripe computes it; nothing is stored.</summary>
    public Task<Outcome<Invoice>> PreviewInvoiceAsync(InvoiceCreatePreviewOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Expand = ["total_discount_amounts.discount.source.coupon"];
        return TryAsync(async () => (Outcome<Invoice>)await _v1.Invoices.CreatePreviewAsync(options, null, cancellationToken), cancellationToken);
    }

    /// <summary>Newest first.</summary>
    /// <param name="bound">Most invoices to read.</param>
    public Task<Outcome<Listing<Invoice>>> InvoicesAsync(InvoiceListOptions filter, CancellationToken cancellationToken, int bound = Listing<Invoice>.Bound)
    {
        ArgumentNullException.ThrowIfNull(filter);
        filter.Limit = Math.Min(bound, Page);
        return ListAsync(_v1.Invoices.ListAutoPagingAsync(filter, null, cancellationToken), cancellationToken, bound);
    }

    /// <summary>An invoice with all its lines, its payments and its discounts.</summary>
    public Task<Outcome<Invoice>> InvoiceAsync(string id, CancellationToken cancellationToken) => TryAsync(
        async () =>
        {
            var invoice = await _v1.Invoices.GetAsync(id, new InvoiceGetOptions { Expand = ["payments", "total_discount_amounts.discount.source.coupon"] }, null, cancellationToken);
            if (invoice.Lines is { HasMore: true })
            {
                var lines = _v1.Invoices.LineItems.ListAutoPagingAsync(id, new InvoiceLineItemListOptions { Limit = Page }, null, cancellationToken);
                invoice.Lines.Data = [.. (await Listing<InvoiceLineItem>.ReadAsync(lines, Listing<InvoiceLineItem>.Bound, cancellationToken)).Items];
            }

            return (Outcome<Invoice>)invoice;
        },
        cancellationToken);

    /// <summary>The invoice with this number, without regard to case.</summary>
    public Task<Outcome<Invoice>> InvoiceByNumberAsync(string number, CancellationToken cancellationToken) => TryAsync<Invoice>(
        async () =>
        {
            var found = await _v1.Invoices.SearchAsync(new InvoiceSearchOptions { Query = $"number:\"{Quoted(number.Trim().ToUpperInvariant())}\"", Limit = 1 }, null, cancellationToken);
            return found.Data.FirstOrDefault() is { } invoice
                ? await InvoiceAsync(invoice.Id, cancellationToken)
                : new Refusal("invoice_not_found", $"There is no invoice with the number {Safe(number)}.", "Check the number, or list the customer's invoices.");
        },
        cancellationToken);

    /// <summary>What customers may do in the portal.</summary>
    /// <param name="id"><c>bpc_…</c>; null for the account's default.</param>
    public Task<Outcome<Stripe.BillingPortal.Configuration>> PortalConfigurationAsync(string? id, CancellationToken cancellationToken) => TryAsync<Stripe.BillingPortal.Configuration>(
        async () =>
        {
            var configurations = _v1.BillingPortal.Configurations;
            var found = id is null
                ? (await configurations.ListAsync(new Stripe.BillingPortal.ConfigurationListOptions { IsDefault = true, Limit = 1 }, null, cancellationToken)).Data.FirstOrDefault()
                : await configurations.GetAsync(id, null, null, cancellationToken);
            return found is null
                ? new Refusal("no_portal", "The account's customer portal was never set up.", "Save its settings in Stripe's dashboard, or name a configuration by Stripe:PortalConfiguration.")
                : found;
        },
        cancellationToken);

    public Task<Outcome<Charge>> ChargeAsync(string id, CancellationToken cancellationToken) =>
        TryAsync(async () => (Outcome<Charge>)await _v1.Charges.GetAsync(id, null, null, cancellationToken), cancellationToken);

    public Task<Outcome<Dispute>> DisputeAsync(string id, CancellationToken cancellationToken) =>
        TryAsync(async () => (Outcome<Dispute>)await _v1.Disputes.GetAsync(id, null, null, cancellationToken), cancellationToken);

    /// <summary>Every dispute and inquiry with its charge and customer, newest first.</summary>
    /// <param name="since">Only those that began from then on; null for all.</param>
    public Task<Outcome<Listing<Dispute>>> DisputesAsync(DateTime? since, CancellationToken cancellationToken) =>
        ListAsync(_v1.Disputes.ListAutoPagingAsync(new DisputeListOptions { Limit = Page, Created = since is { } from ? new DateRangeOptions { GreaterThanOrEqual = from } : null, Expand = ["data.charge.customer"] }, null, cancellationToken), cancellationToken);

    /// <summary>What a customer used of a meter between two midnights.</summary>
    public Task<Outcome<decimal>> UsageAsync(string meter, string customer, DateTime from, DateTime until, CancellationToken cancellationToken)
    {
        var filter = new MeterEventSummaryListOptions { Customer = customer, StartTime = from, EndTime = until, Limit = Page };
        return TryAsync(
            async () => (Outcome<decimal>)(await _v1.Billing.Meters.EventSummaries.ListAsync(meter, filter, null, cancellationToken)).Sum(s => s.AggregatedValue),
            cancellationToken);
    }

    /// <summary>Charges, failed ones too, newest first.</summary>
    public Task<Outcome<Listing<Charge>>> ChargesAsync(ChargeListOptions filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        filter.Limit = Page;
        return ListAsync(_v1.Charges.ListAutoPagingAsync(filter, null, cancellationToken), cancellationToken);
    }

    /// <summary>Which invoice a payment intent pays; empty when none.</summary>
    public Task<Outcome<Listing<InvoicePayment>>> InvoicePaymentsAsync(string paymentIntentId, CancellationToken cancellationToken) =>
        ListAsync(
            _v1.InvoicePayments.ListAutoPagingAsync(
                new InvoicePaymentListOptions { Payment = new InvoicePaymentPaymentOptions { Type = "payment_intent", PaymentIntent = paymentIntentId } }, null, cancellationToken),
            cancellationToken);

    public Task<Outcome<Listing<Refund>>> RefundsAsync(string chargeId, CancellationToken cancellationToken) =>
        ListAsync(_v1.Refunds.ListAutoPagingAsync(new RefundListOptions { Charge = chargeId, Limit = Page }, null, cancellationToken), cancellationToken);

    /// <summary>Refunds of a time, newest first, each with its charge and the charge's customer.</summary>
    public Task<Outcome<Listing<Refund>>> RefundsAsync(DateRangeOptions created, CancellationToken cancellationToken) =>
        ListAsync(_v1.Refunds.ListAutoPagingAsync(new RefundListOptions { Created = created, Limit = Page, Expand = ["data.charge.customer"] }, null, cancellationToken), cancellationToken);

    public Task<Outcome<Listing<CreditNote>>> CreditNotesAsync(string invoiceId, CancellationToken cancellationToken) =>
        ListAsync(_v1.CreditNotes.ListAutoPagingAsync(new CreditNoteListOptions { Invoice = invoiceId, Limit = Page }, null, cancellationToken), cancellationToken);

    public Task<Outcome<CreditNote>> CreditNoteAsync(string id, CancellationToken cancellationToken) =>
        TryAsync(async () => (Outcome<CreditNote>)await _v1.CreditNotes.GetAsync(id, null, null, cancellationToken), cancellationToken);

    /// <summary>What was put on and taken from a customer's balance, newest first.</summary>
    /// <param name="since">Null for all.</param>
    public Task<Outcome<Listing<CustomerBalanceTransaction>>> BalanceTransactionsAsync(string customerId, DateTimeOffset? since, CancellationToken cancellationToken) =>
        ListAsync(
            _v1.Customers.BalanceTransactions.ListAutoPagingAsync(
                customerId,
                new CustomerBalanceTransactionListOptions { Limit = Page, Created = since is { } from ? new DateRangeOptions { GreaterThanOrEqual = from.UtcDateTime } : null },
                null,
                cancellationToken),
            cancellationToken);

    /// <summary>What a credit note would be. Stripe computes it; nothing is stored.</summary>
    public Task<Outcome<CreditNote>> PreviewCreditNoteAsync(CreditNotePreviewOptions options, CancellationToken cancellationToken) =>
        TryAsync(async () => (Outcome<CreditNote>)await _v1.CreditNotes.PreviewAsync(options, null, cancellationToken), cancellationToken);

    /// <summary>The customer's cards, newest first.</summary>
    public Task<Outcome<Listing<PaymentMethod>>> CardsAsync(string customerId, CancellationToken cancellationToken) =>
        ListAsync(
            _v1.PaymentMethods.ListAutoPagingAsync(new PaymentMethodListOptions { Customer = customerId, Type = "card", Limit = Page }, null, cancellationToken),
            cancellationToken);

    public Task<Outcome<PaymentMethod>> PaymentMethodAsync(string id, CancellationToken cancellationToken) =>
        TryAsync(async () => (Outcome<PaymentMethod>)await _v1.PaymentMethods.GetAsync(id, null, null, cancellationToken), cancellationToken);

    /// <summary>Prices by id, each read once in this reader's life.</summary>
    public Task<Outcome<IReadOnlyDictionary<string, Price>>> PricesAsync(IEnumerable<string> ids, CancellationToken cancellationToken) => TryAsync<IReadOnlyDictionary<string, Price>>(
        async () =>
        {
            foreach (var id in ids.Where(id => !_prices.ContainsKey(id)).Distinct().ToList())
            {
                _prices[id] = await _v1.Prices.GetAsync(id, new PriceGetOptions { Expand = ["tiers"] }, null, cancellationToken);
            }

            return new Outcome<IReadOnlyDictionary<string, Price>>.Ok(_prices);
        },
        cancellationToken);

    /// <summary>A coupon, each read once in this reader's life.</summary>
    public Task<Outcome<Coupon>> CouponAsync(string id, CancellationToken cancellationToken) => TryAsync(
        async () => (Outcome<Coupon>)(_coupons.GetValueOrDefault(id) ?? (_coupons[id] = await _v1.Coupons.GetAsync(id, new CouponGetOptions { Expand = ["applies_to"] }, null, cancellationToken))),
        cancellationToken);

    /// <summary>Tax rates by id.</summary>
    public Task<Outcome<IReadOnlyDictionary<string, TaxRate>>> TaxRatesAsync(IEnumerable<string> ids, CancellationToken cancellationToken) => TryAsync<IReadOnlyDictionary<string, TaxRate>>(
        async () =>
        {
            Dictionary<string, TaxRate> rates = new(StringComparer.Ordinal);
            foreach (var id in ids.Distinct())
            {
                rates[id] = await _v1.TaxRates.GetAsync(id, null, null, cancellationToken);
            }

            return new Outcome<IReadOnlyDictionary<string, TaxRate>>.Ok(rates);
        },
        cancellationToken);

    /// <summary>Names of products by id, each read once in this reader's life.</summary>
    public Task<Outcome<IReadOnlyDictionary<string, string>>> ProductNamesAsync(IEnumerable<string> ids, CancellationToken cancellationToken) => TryAsync<IReadOnlyDictionary<string, string>>(
        async () =>
        {
            foreach (var id in ids.Where(id => !_productNames.ContainsKey(id)).Distinct().ToList())
            {
                _productNames[id] = (await _v1.Products.GetAsync(id, null, null, cancellationToken)).Name;
            }

            return new Outcome<IReadOnlyDictionary<string, string>>.Ok(_productNames);
        },
        cancellationToken);

    /// <summary>
    /// Events as Stripe has them, newest first, that some webhook endpoint has not taken yet. Read page by page; a page
    /// that can't be read throws.
    /// </summary>
    public async IAsyncEnumerable<string> UndeliveredEventsAsync(DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = new EventListOptions { DeliverySuccess = false, Created = new DateRangeOptions { GreaterThanOrEqual = since.UtcDateTime }, Limit = Page };
        await foreach (var listed in _v1.Events.ListAutoPagingAsync(filter, null, cancellationToken).WithCancellation(cancellationToken))
        {
            yield return listed.RawJsonElement is { ValueKind: JsonValueKind.Object } raw ? raw.GetRawText() : listed.ToJson();
        }
    }

    /// <summary>Tries each read that the tools need, and says which are refused. Empty when all is well.</summary>
    public async Task<IReadOnlyList<Refusal>> CanReadAsync(CancellationToken cancellationToken)
    {
        List<Refusal> refused =
        [
            .. await RefusedAsync(_v1.Customers.ListAsync(new CustomerListOptions { Limit = 1 }, null, cancellationToken), cancellationToken),
            .. await RefusedAsync(_v1.Subscriptions.ListAsync(new SubscriptionListOptions { Limit = 1 }, null, cancellationToken), cancellationToken),
            .. await RefusedAsync(_v1.Invoices.ListAsync(new InvoiceListOptions { Limit = 1 }, null, cancellationToken), cancellationToken),
            .. await RefusedAsync(_v1.Charges.ListAsync(new ChargeListOptions { Limit = 1 }, null, cancellationToken), cancellationToken),
            .. await RefusedAsync(_v1.CreditNotes.ListAsync(new CreditNoteListOptions { Limit = 1 }, null, cancellationToken), cancellationToken),
            .. await RefusedAsync(_v1.Products.ListAsync(new ProductListOptions { Limit = 1 }, null, cancellationToken), cancellationToken),
            .. await RefusedAsync(_v1.Events.ListAsync(new EventListOptions { Limit = 1 }, null, cancellationToken), cancellationToken),
            .. await RefusedAsync(_v1.Coupons.ListAsync(new CouponListOptions { Limit = 1 }, null, cancellationToken), cancellationToken),
            .. await RefusedAsync(_v1.TaxRates.ListAsync(new TaxRateListOptions { Limit = 1 }, null, cancellationToken), cancellationToken),
            .. await RefusedAsync(_v1.SubscriptionSchedules.ListAsync(new SubscriptionScheduleListOptions { Limit = 1 }, null, cancellationToken), cancellationToken),
            .. await RefusedAsync(_v1.BillingPortal.Configurations.ListAsync(new Stripe.BillingPortal.ConfigurationListOptions { Limit = 1 }, null, cancellationToken), cancellationToken),
            .. await RefusedAsync(_v1.Prices.ListAsync(new PriceListOptions { Limit = 1 }, null, cancellationToken), cancellationToken),
        ];
        return refused;
    }

    private static async Task<IEnumerable<Refusal>> RefusedAsync<T>(Task<StripeList<T>> list, CancellationToken cancellationToken) =>
        (await TryAsync(async () => (Outcome<StripeList<T>>)await list, cancellationToken)).TryGet(out _, out var refusal) ? [] : [refusal];

    private static Task<Outcome<Listing<T>>> ListAsync<T>(IAsyncEnumerable<T> pages, CancellationToken cancellationToken, int bound = Listing<T>.Bound) =>
        TryAsync(async () => (Outcome<Listing<T>>)await Listing<T>.ReadAsync(pages, bound, cancellationToken), cancellationToken);

    private static async Task<Outcome<T>> TryAsync<T>(Func<Task<Outcome<T>>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await read();
        }
        catch (Exception error) when (StripeErrors.IsFarSide(error, cancellationToken))
        {
            return StripeErrors.ToRefusal(error);
        }
    }

    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string Safe(string text) => new([.. text.Where(c => char.IsLetterOrDigit(c) || c is '-' or '_').Take(40)]);
}
