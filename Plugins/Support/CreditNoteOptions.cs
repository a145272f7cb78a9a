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

    public static string Reason(IssueCreditNoteArguments arguments) => JsonNamingPolicy.SnakeCaseLower.ConvertName(arguments.Reason.ToString());

    private static CreditNoteLineOptions Line(IssueCreditNoteArguments arguments) => new()
    {
        Type = "custom_line_item",
        Description = $"Credit: {Words(arguments.Reason)}",
        Quantity = 1,
        UnitAmount = arguments.Amount.AmountMinor,
    };

    private static string Words(CreditReason reason) => reason switch
    {
        CreditReason.Duplicate => "charged twice",
        CreditReason.Fraudulent => "not authorised by the customer",
        CreditReason.OrderChange => "change of order",
        _ => "service not as expected",
    };

    private static long? Unless0(long amount) => amount == 0 ? null : amount;
}
