namespace BillingCopilot.Billing.Invoices;

/// <summary>Why an amount differs between two invoices.</summary>
public enum InvoiceChangeKind
{
    /// <summary>More or fewer seats or pieces.</summary>
    QuantityChanged,

    /// <summary>Same product, another amount a piece.</summary>
    UnitPriceChanged,

    /// <summary>The item moved to another product (an upgrade or downgrade).</summary>
    PlanChanged,

    /// <summary>Measured usage rose or fell.</summary>
    UsageChanged,

    /// <summary>Same item and quantity, another amount, with no unit price to say why (tiers).</summary>
    AmountChanged,

    /// <summary>A trial is over: what was free is billed.</summary>
    TrialEnded,

    NewLine,
    RemovedLine,

    /// <summary>Unused time given back.</summary>
    ProrationCredit,

    /// <summary>Part of a period charged.</summary>
    ProrationCharge,

    /// <summary>A proration of the previous invoice that, being one-off, is not repeated.</summary>
    ProrationNotRepeated,

    DiscountStarted,
    DiscountEnded,
    DiscountChanged,
    TaxChanged,

    /// <summary>Delivery costs more or less.</summary>
    ShippingChanged,

    /// <summary>Part of the totals that no line accounts for.</summary>
    NotItemised,

    /// <summary>Customer balance applied differs. Changes the amount due, not the total.</summary>
    BalanceApplied,

    /// <summary>Credit notes before payment differ. Changes the amount due, not the total.</summary>
    CreditNoteApplied,
}

/// <summary>One reason for a difference, with its share of it.</summary>
/// <param name="Amount">Its share: positive makes the current invoice dearer.</param>
/// <param name="Subject">What is sold, the line's description or the discount's name.</param>
/// <param name="Before">The line on the previous invoice; null when new.</param>
/// <param name="After">The line on the current invoice; null when gone.</param>
public sealed record InvoiceChange(
    InvoiceChangeKind Kind,
    Money Amount,
    string Subject,
    LineSide? Before = null,
    LineSide? After = null);

/// <summary>A line as one invoice has it.</summary>
/// <param name="Days">Whole days of the period, rounded; what a proration covers.</param>
public sealed record LineSide(
    string LineId,
    long Amount,
    decimal? Quantity,
    decimal? UnitAmount,
    DateTimeOffset PeriodStart,
    DateTimeOffset PeriodEnd)
{
    public int Days => (int)Math.Round((PeriodEnd - PeriodStart).TotalDays, MidpointRounding.AwayFromZero);

    internal static LineSide Of(InvoiceLineFacts line) =>
        new(line.Id, line.Amount, line.Quantity, line.UnitAmount, line.PeriodStart, line.PeriodEnd);
}
