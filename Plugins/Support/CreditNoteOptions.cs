using System.Text.Json;
using BillingCopilot.Billing.Credits;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>A planned credit in Stripe's parameters, the same for its preview and for the note.</summary>
internal static class CreditNoteOptions
{
    public static CreditNotePreviewOptions Preview(IssueCreditNoteArguments arguments, CreditedLines credited, CreditPlan plan) => new()
    {
        Invoice = arguments.Invoice.Id,
        Reason = Reason(arguments),
        Lines = Lines(arguments, credited),
        RefundAmount = Unless0(plan.ToRefund.AmountMinor),
        CreditAmount = Unless0(plan.ToBalance.AmountMinor),
    };

    public static CreditNoteCreateOptions Create(IssueCreditNoteArguments arguments, CreditedLines credited, CreditPlan plan) => new()
    {
        Invoice = arguments.Invoice.Id,
        Reason = Reason(arguments),
        Memo = arguments.Memo,
        Lines = Lines(arguments, credited),
        RefundAmount = Unless0(plan.ToRefund.AmountMinor),
        CreditAmount = Unless0(plan.ToBalance.AmountMinor),

        // The approval is for the credit. A mail to the customer is an operation of its own.
        EmailType = "none",
    };

    /// <summary>Stripe's wire value, or null when none of its reasons fits.</summary>
    public static string? Reason(IssueCreditNoteArguments arguments) => arguments.Reason is { } reason ? JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString()) : null;

    private static List<CreditNoteLineOptions> Lines(IssueCreditNoteArguments arguments, CreditedLines credited) => credited.Lines.Count > 0
        ? [.. credited.Lines.Select(l => new CreditNoteLineOptions { Type = "invoice_line_item", InvoiceLineItem = l.Line.Id, Amount = l.Line.Amount })]
        : [new CreditNoteLineOptions { Type = "custom_line_item", Description = Words(arguments.Reason), Quantity = 1, UnitAmount = credited.Amount.AmountMinor }];

    private static string Words(CreditReason? reason) => reason switch
    {
        CreditReason.Duplicate => "Credit: charged twice",
        CreditReason.Fraudulent => "Credit: not authorised by the customer",
        CreditReason.OrderChange => "Credit: change of order",
        CreditReason.ProductUnsatisfactory => "Credit: service not as expected",
        _ => "Credit",
    };

    private static long? Unless0(long amount) => amount == 0 ? null : amount;
}
