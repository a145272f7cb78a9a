using System.Text.Json;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Invoices;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Invoices;

/// <summary>A comparison as a model gets it.</summary>
internal static class ChangeProjection
{
    public static InvoiceChangeExplanation Of(Invoice current, Invoice previous, InvoiceComparison comparison, InvoicePast past, TenantContext tenant)
    {
        var due = comparison.DueChanges.Count > 0;
        return new InvoiceChangeExplanation(
            References.CustomerRef(current.CustomerId),
            current.NameOf(),
            Side(current, tenant),
            Side(previous, tenant),
            comparison.TotalDifference,
            [.. comparison.Changes.Take(MostChanges).Select(c => View(c, tenant))],
            LeftOut([.. comparison.Changes.Skip(MostChanges)]),
            comparison.Accounted,
            due ? comparison.AmountDueDifference : null,
            due ? [.. comparison.DueChanges.Select(c => View(c, tenant))] : null,
            past.CreditNotes,
            past.Proposals,
            tenant.TimeZone);
    }

    /// <summary>Changes listed, the largest.</summary>
    private const int MostChanges = 20;

    private static ChangesLeftOut? LeftOut(InvoiceChange[] rest) => rest.Length == 0
        ? null
        : new ChangesLeftOut(rest.Length, rest.Select(c => c.Amount).Aggregate((a, b) => a + b), "Read both invoices with get_invoice.");

    private static InvoiceSide Side(Invoice invoice, TenantContext tenant) => new(
        invoice.Ref(),
        invoice.Number,
        invoice.Status,
        InvoiceRow.DateOf(invoice, tenant),
        invoice.Money(invoice.Total),
        invoice.AmountDue == invoice.Total ? null : invoice.Money(invoice.AmountDue),
        invoice.AmountRemaining > 0 ? invoice.Money(invoice.AmountRemaining) : null);

    private static ChangeView View(InvoiceChange change, TenantContext tenant)
    {
        var (before, after) = (change.Before, change.After);
        var both = before is not null && after is not null;
        var proration = change.Kind is InvoiceChangeKind.ProrationCharge or InvoiceChangeKind.ProrationCredit or InvoiceChangeKind.ProrationNotRepeated;
        var moved = both && before!.Quantity != after!.Quantity;
        return new ChangeView(
            JsonNamingPolicy.SnakeCaseLower.ConvertName(change.Kind.ToString()),
            new UntrustedText(change.Subject),
            change.Amount,
            moved ? before!.Quantity : null,
            moved ? after!.Quantity : null,
            both ? change.Amount with { AmountMinor = before!.Amount } : null,
            both ? change.Amount with { AmountMinor = after!.Amount } : null,
            proration ? tenant.Day((after ?? before)!.PeriodStart) : null,
            proration ? tenant.Day((after ?? before)!.PeriodEnd) : null,
            proration ? (after ?? before)!.Days : null);
    }
}
