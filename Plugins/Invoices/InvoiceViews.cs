using System.Text.Json.Serialization;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;

namespace BillingCopilot.Plugins.Invoices;

/// <summary>Stripe's invoice statuses.</summary>
public enum InvoiceStatus
{
    [JsonStringEnumMemberName("draft")]
    Draft,

    [JsonStringEnumMemberName("open")]
    Open,

    [JsonStringEnumMemberName("paid")]
    Paid,

    [JsonStringEnumMemberName("uncollectible")]
    Uncollectible,

    [JsonStringEnumMemberName("void")]
    Void,
}

/// <summary>A customer's invoices, newest first.</summary>
/// <param name="Totals">Sum of the totals of all that match, drafts and void ones left out; one a currency.</param>
public sealed record InvoiceList(
    ObjectRef Customer,
    UntrustedText CustomerName,
    int Count,
    bool Complete,
    Partial? Partial,
    IReadOnlyList<Money> Totals,
    IReadOnlyList<InvoiceRow> Invoices);

/// <summary>Why an invoice differs from the one before it.</summary>
/// <param name="Difference">Current total minus previous total; the changes add up to it.</param>
/// <param name="Accounted">Whether the changes explain all of the difference, or how much of it stands on no line.</param>
/// <param name="DueDifference">Difference of the amounts due, where balance or credit notes make it another.</param>
/// <param name="CreditNotes">Already issued on the current invoice; left out when none.</param>
/// <param name="Proposals">About the current invoice, still open or carried out; left out when none.</param>
public sealed record InvoiceChangeExplanation(
    ObjectRef Customer,
    UntrustedText CustomerName,
    InvoiceSide Current,
    InvoiceSide Previous,
    Money Difference,
    IReadOnlyList<ChangeView> Changes,
    ChangesLeftOut? ChangesLeftOut,
    string Accounted,
    Money? DueDifference,
    IReadOnlyList<ChangeView>? DueChanges,
    IReadOnlyList<CreditNoteRow>? CreditNotes,
    IReadOnlyList<EarlierProposal>? Proposals,
    string TimeZone);

/// <summary>The smaller changes that are not listed.</summary>
/// <param name="Amount">Their sum, so that all still adds up to the difference.</param>
/// <param name="ToSeeMore">How to see them.</param>
public sealed record ChangesLeftOut(int Count, Money Amount, string ToSeeMore);

/// <summary>One of the two invoices.</summary>
/// <param name="Remaining">Still to be paid; left out when nothing is.</param>
public sealed record InvoiceSide(ObjectRef Invoice, string? Number, string Status, DateOnly Date, Money Total, Money? AmountDue, Money? Remaining);

/// <summary>One reason with its share.</summary>
/// <param name="Kind">Such as <c>quantity_changed</c>.</param>
/// <param name="Amount">Positive makes the current invoice dearer.</param>
/// <param name="Days">What a proration covers.</param>
public sealed record ChangeView(
    string Kind,
    UntrustedText What,
    Money Amount,
    decimal? QuantityBefore,
    decimal? QuantityAfter,
    Money? Before,
    Money? After,
    DateOnly? From,
    DateOnly? To,
    int? Days);
