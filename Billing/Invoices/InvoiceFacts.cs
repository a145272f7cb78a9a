namespace BillingCopilot.Billing.Invoices;

/// <summary>What the rules need to know of an invoice. All amounts are minor units of <paramref name="Currency"/>.</summary>
/// <param name="Total">After discounts and tax, before balance and credit notes.</param>
/// <param name="AmountDue">What was asked of the customer after balance and credit notes.</param>
/// <param name="Tax">Tax on top of the prices (exclusive tax only: inclusive tax is part of the lines).</param>
/// <param name="BalanceApplied">Customer balance taken into account: negative when credit lowered the amount due.</param>
/// <param name="Credited">Credit notes issued before payment; lowers the amount due.</param>
public sealed record InvoiceFacts(
    string Id,
    string? Number,
    string Currency,
    long Total,
    long AmountDue,
    long Tax,
    long BalanceApplied,
    long Credited,
    IReadOnlyList<InvoiceLineFacts> Lines,
    IReadOnlyList<DiscountFacts> Discounts)
{
    /// <summary>Stripe's: draft, open, paid, uncollectible, void.</summary>
    public string Status { get; init; } = "";

    /// <summary>Why it was made: <c>subscription_cycle</c>, <c>subscription_update</c>, …</summary>
    public string? BillingReason { get; init; }

    public string? SubscriptionId { get; init; }

    /// <summary>When it was made; later changes to a discount don't touch it.</summary>
    public DateTimeOffset Created { get; init; }

    public IReadOnlyList<TaxFacts> Taxes { get; init; } = [];

    /// <summary>Delivery, before tax.</summary>
    public long Shipping { get; init; }

    /// <summary>Credit notes before and after payment together.</summary>
    public long CreditedInAll { get; init; }

    /// <summary>Of the refunds of its payments, those that its credit notes made; 0 where the notes were not read.</summary>
    public long RefundedByCreditNotes { get; init; }

    /// <summary>Customer balance before and after, where finalising moved it; negative is credit.</summary>
    public long StartingBalance { get; init; }

    /// <inheritdoc cref="StartingBalance"/>
    public long EndingBalance { get; init; }
}

/// <summary>One line of an invoice.</summary>
/// <param name="Name">What is sold, where it is known; else the description.</param>
/// <param name="Amount">Minor units before discounts and exclusive tax.</param>
/// <param name="Quantity">Seats, or usage when metered; null for lines that have none.</param>
/// <param name="UnitAmount">Minor units a piece, with fractions; null for tiered prices.</param>
/// <param name="Metered">True when the quantity is measured usage.</param>
/// <param name="Proration">True for a credit or charge for part of a period.</param>
public sealed record InvoiceLineFacts(
    string Id,
    string Description,
    string Name,
    long Amount,
    decimal? Quantity,
    decimal? UnitAmount,
    string? PriceId,
    string? ProductId,
    string? SubscriptionItemId,
    bool Metered,
    bool Proration,
    DateTimeOffset PeriodStart,
    DateTimeOffset PeriodEnd)
{
    /// <summary>How it is priced; null where the price is not known.</summary>
    public PriceFacts? Price { get; init; }

    /// <summary>Of a proration credit: the lines that it takes back.</summary>
    public IReadOnlyList<string> Credits { get; init; } = [];
}

/// <summary>A discount on an invoice.</summary>
/// <param name="Key">Coupon id (or discount id), by which two invoices' discounts are matched.</param>
/// <param name="Amount">What it took off, in minor units; positive.</param>
public sealed record DiscountFacts(string Key, string Name, long Amount)
{
    /// <summary>Percentage off; null when it is an amount.</summary>
    public decimal? PercentOff { get; init; }

    /// <summary>When it ends; null when it lasts, or is for once.</summary>
    public DateTimeOffset? Ends { get; init; }

    /// <summary>It counts on one invoice only.</summary>
    public bool Once { get; init; }

    /// <summary>It has no end.</summary>
    public bool Forever { get; init; }
}
