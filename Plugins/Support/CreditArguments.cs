using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Plugins.Support;

/// <summary>Why an invoice is credited. In snake_case these are Stripe's wire values.</summary>
public enum CreditReason
{
    Duplicate,
    Fraudulent,
    OrderChange,
    ProductUnsatisfactory,
}

/// <summary>Why a charge is refunded. In snake_case these are Stripe's wire values.</summary>
public enum RefundReason
{
    Duplicate,
    Fraudulent,
    RequestedByCustomer,
}

/// <summary>Arguments of <c>issue_credit_note</c>.</summary>
public sealed record IssueCreditNoteArguments(
    [property: Handle(ObjectKind.Invoice), Description("Invoice to credit.")] ObjectRef Invoice,
    [property: Description("Amount to credit; leave out with lines.")] Money? Amount = null,
    [property: Description("Only if one of these is the cause; leave out otherwise")] CreditReason? Reason = null,
    [property: Description("Where money already paid goes; leave out for an unpaid invoice")] CreditDisposition? Disposition = null,
    [property: Description("A sentence the customer reads; no links")] string? Memo = null,
    [property: Description("Whole lines with tax, counted from 1 as get_invoice lists them")] IReadOnlyList<int>? Lines = null);

/// <summary>Arguments of <c>issue_refund</c>.</summary>
public sealed record IssueRefundArguments(
    [property: Handle(ObjectKind.Charge), Description("Charge to refund.")] ObjectRef Charge,
    RefundReason Reason,
    [property: Description("Leave out for all that is left.")] Money? Amount = null);
