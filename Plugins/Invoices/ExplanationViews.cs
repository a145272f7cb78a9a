using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Tools;

namespace BillingCopilot.Plugins.Invoices;

/// <summary>An invoice line by line.</summary>
/// <param name="AmountDue">Where balance or credit notes made it another than the total.</param>
/// <param name="Parts">With what is left out they add up to the amount due, or to the total where that is the same.</param>
/// <param name="LeftOut">The other parts in sum; left out where all are shown.</param>
/// <param name="PartsPartial">How many are shown, and how to get the others.</param>
/// <param name="CurrencyChange">That the customer was billed in another currency before; left out where they were not.</param>
/// <param name="Language">Two-letter code of the text for the customer.</param>
/// <param name="ForCustomer">The same in the customer's words, of the same page; left out unless asked for.</param>
/// <param name="TimeZone">Of the days shown; left out where it is UTC.</param>
/// <param name="Last">True of an upcoming invoice after which none comes: the subscription ends, and what was used is still billed.</param>
/// <param name="Usage">Of an upcoming invoice with metered prices: that only what was used so far is in it.</param>
public sealed record InvoiceExplanationView(
    ObjectRef? Invoice,
    string? Number,
    ObjectRef Customer,
    UntrustedText CustomerName,
    string Status,
    DateOnly Date,
    Money Total,
    Money? AmountDue,
    IReadOnlyList<PartView> Parts,
    LeftOutParts? LeftOut,
    Partial? PartsPartial,
    string? CurrencyChange,
    string? Language,
    string? ForCustomer,
    string? TimeZone,
    bool? Last = null,
    string? Usage = null);

/// <summary>Parts of an invoice that are not shown.</summary>
public sealed record LeftOutParts(int Count, Money Amount);

/// <summary>One part of an invoice.</summary>
/// <param name="Kind">Such as <c>usage_overage</c>.</param>
/// <param name="Says">In words that our code chose.</param>
/// <param name="Description">What the line itself says, where nothing else tells what was sold.</param>
public sealed record PartView(string Kind, Money Amount, string Says, UntrustedText? Description);
