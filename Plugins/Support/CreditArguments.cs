using System.ComponentModel;
using System.Text.Json.Serialization;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Plugins.Support;

/// <summary>Why an invoice is credited. Wire values are Stripe's.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CreditReason>))]
public enum CreditReason
{
    [JsonStringEnumMemberName("duplicate")]
    Duplicate,
    [JsonStringEnumMemberName("fraudulent")]
    Fraudulent,
    [JsonStringEnumMemberName("order_change")]
    OrderChange,
    [JsonStringEnumMemberName("product_unsatisfactory")]
    ProductUnsatisfactory,
}

/// <summary>Why a charge is refunded. Wire values are Stripe's.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RefundReason>))]
public enum RefundReason
{
    [JsonStringEnumMemberName("duplicate")]
    Duplicate,
    [JsonStringEnumMemberName("fraudulent")]
    Fraudulent,
    [JsonStringEnumMemberName("requested_by_customer")]
    RequestedByCustomer,
}

/// <summary>Arguments of <c>issue_credit_note</c>.</summary>
public sealed record IssueCreditNoteArguments(
    [property: Handle(ObjectKind.Invoice), Description("Invoice to credit"), JsonRequired] ObjectRef Invoice,
    [property: Description("Such as \"20.00 USD\""), JsonRequired] Money Amount,
    [property: JsonRequired] CreditReason Reason,
    [property: Description("Where money already paid goes; leave out for an unpaid invoice")] CreditDisposition? Disposition = null,
    [property: Description("A sentence the customer reads; no links")] string? Memo = null);

/// <summary>Arguments of <c>issue_refund</c>.</summary>
public sealed record IssueRefundArguments(
    [property: Handle(ObjectKind.Charge), Description("Charge to refund"), JsonRequired] ObjectRef Charge,
    [property: JsonRequired] RefundReason Reason,
    [property: Description("Such as \"20.00 USD\"; leave out for all that is left")] Money? Amount = null);
