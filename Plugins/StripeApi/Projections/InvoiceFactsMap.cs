using BillingCopilot.Billing.Invoices;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi.Projections;

/// <summary>An invoice as the rules want it.</summary>
internal static class InvoiceFactsMap
{
    internal const string UnnamedDiscount = "Discount";
    internal const string UnnamedTax = "Tax";

    /// <param name="prices">Prices of the lines by id; they alone say what is metered.</param>
    /// <param name="products">Names of the products by id.</param>
    /// <param name="rates">Tax rates by id; without them taxes have no name.</param>
    public static InvoiceFacts Of(Invoice invoice, IReadOnlyDictionary<string, Price> prices, IReadOnlyDictionary<string, string> products, IReadOnlyDictionary<string, TaxRate>? rates = null) => new(
        invoice.Id,
        invoice.Number,
        invoice.Currency,
        invoice.Total,
        invoice.AmountDue,
        ExclusiveTax(invoice),
        BalanceApplied(invoice),
        invoice.PrePaymentCreditNotesAmount,
        [.. (invoice.Lines?.Data ?? []).Select(l => Line(l, prices, products))],
        [.. (invoice.TotalDiscountAmounts ?? []).Select(Discount)])
    {
        Status = invoice.Status ?? "",
        BillingReason = invoice.BillingReason,
        SubscriptionId = invoice.SubscriptionId(),
        Created = Dates.Instant(invoice.Created),
        Shipping = invoice.ShippingCost?.AmountSubtotal ?? 0,
        Taxes = [.. (invoice.TotalTaxes ?? []).Select(t => Tax(t, rates))],
        CreditedInAll = invoice.PrePaymentCreditNotesAmount + invoice.PostPaymentCreditNotesAmount,
        StartingBalance = invoice.StartingBalance,
        EndingBalance = invoice.EndingBalance ?? invoice.StartingBalance,
    };

    /// <summary>Ids of the tax rates that were applied.</summary>
    public static IEnumerable<string> TaxRateIds(Invoice invoice) =>
        (invoice.TotalTaxes ?? []).Select(t => t.TaxRateDetails?.TaxRateId).OfType<string>();

    /// <summary>Ids of the prices on the lines.</summary>
    public static IEnumerable<string> PriceIds(Invoice invoice) =>
        (invoice.Lines?.Data ?? []).Select(l => l.Pricing?.PriceDetails?.PriceId).OfType<string>();

    /// <summary>Ids of the products on the lines.</summary>
    public static IEnumerable<string> ProductIds(Invoice invoice) =>
        (invoice.Lines?.Data ?? []).Select(l => l.Pricing?.PriceDetails?.Product).OfType<string>();

    public static long ExclusiveTax(Invoice invoice) =>
        invoice.TotalTaxes?.Where(t => t.TaxBehavior == "exclusive").Sum(t => t.Amount) ?? 0;

    /// <summary>What of the customer's balance the invoice took: a starting balance of -500 that ends at 0 took -500.</summary>
    public static long BalanceApplied(Invoice invoice) =>
        invoice.EndingBalance is { } ending ? invoice.StartingBalance - ending : 0;

    public static bool IsProration(InvoiceLineItem line) =>
        line.Parent?.SubscriptionItemDetails?.Proration == true || line.Parent?.InvoiceItemDetails?.Proration == true;

    private static InvoiceLineFacts Line(InvoiceLineItem line, IReadOnlyDictionary<string, Price> prices, IReadOnlyDictionary<string, string> products)
    {
        var priceId = line.Pricing?.PriceDetails?.PriceId;
        var productId = line.Pricing?.PriceDetails?.Product;
        return new InvoiceLineFacts(
            line.Id,
            line.Description ?? "",
            (productId is null ? null : products.GetValueOrDefault(productId)) ?? line.Description ?? "",
            line.Amount,
            line.QuantityDecimal ?? line.Quantity,
            line.Pricing?.UnitAmountDecimal,
            priceId,
            productId,
            line.Parent?.SubscriptionItemDetails?.SubscriptionItem,
            priceId is not null && prices.GetValueOrDefault(priceId)?.Recurring?.UsageType == "metered",
            IsProration(line),
            Dates.Instant(line.Period?.Start ?? default),
            Dates.Instant(line.Period?.End ?? default))
        {
            Price = priceId is not null && prices.TryGetValue(priceId, out var price) ? PriceFactsMap.Of(price) : null,
            Credits = Credited(line),
        };
    }

    private static List<string> Credited(InvoiceLineItem line) =>
        line.Parent?.SubscriptionItemDetails?.ProrationDetails?.CreditedItems?.InvoiceLineItems
        ?? line.Parent?.InvoiceItemDetails?.ProrationDetails?.CreditedItems?.InvoiceLineItems
        ?? [];

    private static TaxFacts Tax(InvoiceTotalTax tax, IReadOnlyDictionary<string, TaxRate>? rates)
    {
        var rate = tax.TaxRateDetails?.TaxRateId is { } id ? rates?.GetValueOrDefault(id) : null;
        return new TaxFacts(rate?.DisplayName ?? UnnamedTax, rate?.Percentage, tax.TaxBehavior == "inclusive", tax.Amount);
    }

    private static DiscountFacts Discount(InvoiceDiscountAmount amount)
    {
        var coupon = amount.Discount?.Source?.Coupon;
        return new DiscountFacts(coupon?.Id ?? amount.Discount?.Source?.CouponId ?? amount.DiscountId, coupon?.Name ?? UnnamedDiscount, amount.Amount)
        {
            PercentOff = coupon?.PercentOff,
            Ends = amount.Discount?.End is { } end ? Dates.Instant(end) : null,
            Once = coupon?.Duration == "once",
            Forever = coupon?.Duration == "forever" && amount.Discount?.End is null,
        };
    }
}
