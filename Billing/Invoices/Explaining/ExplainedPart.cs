namespace BillingCopilot.Billing.Invoices.Explaining;

/// <summary>What a part of an invoice is.</summary>
public enum PartKind
{
    /// <summary>One plan for a period.</summary>
    Fixed,

    /// <summary>Seats or pieces for a period.</summary>
    PerUnit,

    /// <summary>Bought once.</summary>
    OneOff,

    /// <summary>A quantity priced by tiers.</summary>
    Tiered,

    /// <summary>Measured usage without an allowance.</summary>
    Usage,

    /// <summary>Measured usage within what is included.</summary>
    UsageIncluded,

    /// <summary>Measured usage beyond what is included.</summary>
    UsageOverage,

    /// <summary>Nothing asked yet, because of a trial.</summary>
    Trial,

    /// <summary>Unused time given back.</summary>
    ProrationCredit,

    /// <summary>The rest of a period charged.</summary>
    ProrationCharge,

    Discount,

    /// <summary>A discount without an end.</summary>
    DiscountLasting,

    /// <summary>A discount that the next invoice will not have.</summary>
    DiscountLast,

    Tax,

    /// <summary>Tax contained in the prices: adds nothing.</summary>
    TaxIncluded,

    /// <summary>Delivery, before tax.</summary>
    Shipping,

    /// <summary>Part of the total that no line accounts for.</summary>
    NotItemised,

    /// <summary>Stored credit lowered what is due.</summary>
    BalanceUsed,

    /// <summary>The invoice is below zero: what it gives back is kept for later ones.</summary>
    CreditStored,

    /// <summary>An older debt was added.</summary>
    BalanceOwed,

    /// <summary>Too small to be charged: asked for with the next invoice.</summary>
    CarriedForward,

    /// <summary>Credit notes lowered what is due.</summary>
    Credited,
}

/// <summary>One part of an invoice with what makes its amount.</summary>
/// <param name="Subject">What is sold, the discount's or the tax's name.</param>
public sealed record ExplainedPart(PartKind Kind, Money Amount, string Subject)
{
    /// <summary>The invoice lines that it stands for.</summary>
    public IReadOnlyList<string> LineIds { get; init; } = [];

    public decimal? Quantity { get; init; }

    /// <summary>Minor units a piece, with fractions.</summary>
    public decimal? UnitAmount { get; init; }

    public PriceFacts? Price { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    public ProrationWorking? Proration { get; init; }

    public UsageWorking? Usage { get; init; }

    /// <summary>Of a discount or a tax.</summary>
    public decimal? Percent { get; init; }

    /// <summary>When a discount ends.</summary>
    public DateTimeOffset? Ends { get; init; }
}

/// <summary>How a proration comes about.</summary>
/// <param name="Days">Days that it covers, rounded; Stripe counts seconds.</param>
/// <param name="PeriodDays">Days of the whole period.</param>
/// <param name="Full">What the item costs for the whole period.</param>
/// <param name="Other">What it costs on the other side of the change; null when there is none.</param>
/// <param name="OtherSubject">What the item was, or became.</param>
/// <param name="Expected">What days and price give.</param>
public sealed record ProrationWorking(int Days, int PeriodDays, Money Full, Money? Other, string? OtherSubject, Money Expected);

/// <summary>How an amount for usage comes about.</summary>
/// <param name="Included">Pieces within the allowance; 0 when there is none.</param>
/// <param name="Over">Pieces beyond it.</param>
/// <param name="Percent">Pieces beyond, of those included, rounded to a tenth; null without an allowance.</param>
/// <param name="Charge">What the pieces beyond cost.</param>
/// <param name="Minimum">Asked for whatever is used.</param>
/// <param name="Tiers">Only those that hold something.</param>
public sealed record UsageWorking(decimal Used, long Included, decimal Over, decimal? Percent, Money Charge, Money Minimum, IReadOnlyList<TierPart> Tiers);

/// <summary>What falls into one tier.</summary>
/// <param name="Number">1 for the lowest.</param>
/// <param name="UnitAmount">Minor units a piece, with fractions.</param>
public sealed record TierPart(int Number, decimal Quantity, decimal UnitAmount, decimal FlatAmount)
{
    /// <summary>Minor units with fractions.</summary>
    public decimal Cost => (Quantity * UnitAmount) + FlatAmount;
}
