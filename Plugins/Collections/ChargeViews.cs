using BillingCopilot.Billing;
using BillingCopilot.Billing.Charges;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Collections;

/// <summary>A customer's charges, newest first, with those that may have been taken twice.</summary>
/// <param name="LookAlikes">The newest equal charges that are not doubles, or not surely, and why.</param>
/// <param name="LookAlikesPartial">How many there are in all, and how to see them; left out when all are given.</param>
public sealed record ChargeList(
    ObjectRef Customer,
    UntrustedText CustomerName,
    DateOnly? From,
    DateOnly? To,
    string TimeZone,
    int Count,
    bool Complete,
    Partial? Partial,
    IReadOnlyList<ChargeRow> Charges,
    IReadOnlyList<DuplicateView> PossibleDuplicates,
    Partial? PossibleDuplicatesPartial,
    IReadOnlyList<DuplicateView> LookAlikes,
    Partial? LookAlikesPartial);

/// <summary>One charge.</summary>
/// <param name="Card">Brand and last four digits, or the kind of payment method.</param>
/// <param name="InvoiceNumber">The invoice it pays; left out when it pays none.</param>
public sealed record ChargeRow(
    ObjectRef Charge,
    DateOnly Date,
    Money Amount,
    string Status,
    Money? Refunded,
    IReadOnlyList<RefundRow>? Refunds,
    bool? Disputed,
    string? Card,
    ObjectRef? Invoice,
    string? InvoiceNumber,
    UntrustedText? Description)
{
    internal static ChargeRow Of(Charge charge, Invoice? invoice, IReadOnlyList<Refund>? refunds, TenantContext tenant) => new(
        charge.Ref(),
        tenant.Day(charge.Created),
        new Money(charge.Amount, charge.Currency),
        charge.Status,
        new Money(charge.AmountRefunded, charge.Currency).Unless0(),
        refunds is { Count: > 0 } ? [.. refunds.Select(r => new RefundRow(tenant.Day(r.Created), new Money(r.Amount, r.Currency), r.Status))] : null,
        charge.Disputed ? true : null,
        CardView.Short(charge.PaymentMethodDetails),
        invoice?.Ref(),
        invoice?.Number,
        charge.Description is null || invoice is not null ? null : new UntrustedText(charge.Description));
}

/// <summary>A refund of a charge, newest first.</summary>
public sealed record RefundRow(DateOnly Date, Money Amount, string Status);

/// <summary>Two equal charges, or a declined attempt and its payment, and what speaks for one being a double.</summary>
/// <param name="Charge">The one that would be refunded.</param>
/// <param name="SameAs">The one it equals.</param>
/// <param name="Verdict"><c>likely</c>, <c>unclear</c>, <c>legitimate</c>, <c>already_refunded</c> or <c>declined_then_paid</c>.</param>
public sealed record DuplicateView(
    ObjectRef Charge,
    ObjectRef SameAs,
    DateOnly Date,
    Money Amount,
    string Verdict,
    IReadOnlyList<string> Evidence)
{
    internal static DuplicateView Of(DuplicateFinding finding, TenantContext tenant) => new(
        new ObjectRef(ObjectKind.Charge, finding.Suspect.Id),
        new ObjectRef(ObjectKind.Charge, finding.Original.Id),
        tenant.Day(finding.Suspect.Created),
        finding.Suspect.Amount,
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(finding.Verdict.ToString()),
        finding.Evidence);
}
