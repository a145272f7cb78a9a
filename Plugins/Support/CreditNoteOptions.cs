using System.Text.Json;
using BillingCopilot.Billing.Credits;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>A planned credit in Stripe's parameters, the same for its preview and for the note.</summary>
internal static class CreditNoteOptions
{
    public static CreditNotePreviewOptions Preview(IssueCreditNoteArguments arguments, CreditPlan plan) => new()
    {
        Invoice = arguments.Invoice.Id,
        Reason = Reason(arguments),
        Lines = [Line(arguments)],
        RefundAmount = Unless0(plan.ToRefund.AmountMinor),
        CreditAmount = Unless0(plan.ToBalance.AmountMinor),
    };

    public static CreditNoteCreateOptions Create(IssueCreditNoteArguments arguments, CreditPlan plan) => new()
    {
        Invoice = arguments.Invoice.Id,
        Reason = Reason(arguments),
        Memo = arguments.Memo,
        Lines = [Line(arguments)],
        RefundAmount = Unless0(plan.ToRefund.AmountMinor),
        CreditAmount = Unless0(plan.ToBalance.AmountMinor),

        // The approval is for the credit. A mail to the customer is an operation of its own.
        EmailType = "none",
    };

    /// <summary>Stripe's wire value, or null when none of its reasons fits.</summary>
    public static string? Reason(IssueCreditNoteArguments arguments) => arguments.Reason is { } reason ? JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString()) : null;

    private static CreditNoteLineOptions Line(IssueCreditNoteArguments arguments) => new()
    {
        Type = "custom_line_item",
        Description = Words(arguments.Reason),
        Quantity = 1,
        UnitAmount = arguments.Amount.AmountMinor,
    };

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
