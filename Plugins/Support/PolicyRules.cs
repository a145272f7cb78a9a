using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Plugins.Support;

/// <summary>Where a policy speaks of each operation: by words that any policy on the matter has, and parts of its headings.</summary>
internal static class PolicyRules
{
    public static PolicyRule Refund { get; } = new("refund window of a subscription charge", "Refund window", "refund");

    public static PolicyRule RefundOfDuplicate { get; } = new("a payment taken twice, the second one is refunded, duplicate charge", "promise", "duplicate", "Refund window", "refund");

    public static PolicyRule RefundOfFraud { get; } = new("early fraud warning, a charge with a warning is refunded as fraudulent", "fraud warning", "fraud", "Refund window", "refund");

    public static PolicyRule CreditOnOpen { get; } = new("credit notes on open invoices", "open invoices", "Credit note");

    public static PolicyRule CreditOnPaid { get; } = new("credit notes on paid invoices, the amount is given back", "paid invoices", "Credit note");

    public static PolicyRule CreditNote { get; } = new("credit notes on open invoices and on paid invoices", "Credit note");

    public static PolicyRule VoidCreditNote { get; } = new("credit notes on open invoices, void", "open invoices", "Credit note");

    public static PolicyRule CourtesyCredit { get; } = new("limits of courtesy credit for each customer", "Limits of courtesy credit", "courtesy credit");

    public static PolicyRule Ending { get; } = new("how a subscription ends, at the end of the period or at once", "How it ends", "cancel", "Ending");

    public static PolicyRule Downgrade { get; } = new("downgrades and fewer seats take effect at the end of the period", "Downgrade");

    public static PolicyRule Coupon { get; } = new("one offer discount to a customer, courtesy", "offer", "discount", "courtesy");

    public static PolicyRule SendingInvoices { get; } = new("what we may show to the billing contact: invoices", "may show", "invoices to");

    public static PolicyRule PortalLink { get; } = new("card number, send the link to update the card", "Card number", "portal");

    public static PolicyRule BillingDetails { get; } = new("changing an address, changes of the billing contact need a message from an address on file", "Checking who asks", "address", "billing contact");

    public static PolicyRule TaxId { get; } = new("valid VAT number of a business", "VAT number", "tax id");

    public static PolicyRule AnswerDispute { get; } = new("evidence of a dispute, deadline", "Deadline", "Evidence", "dispute");

    /// <summary>Of an inquiry nothing was taken yet: what a policy says of money taken back does not fit it.</summary>
    public static PolicyRule AnswerInquiry { get; } = new("evidence goes in before the bank's deadline", "Deadline", "Evidence");

    public static PolicyRule AcceptDispute { get; } = new("a dispute of less is accepted, deadline", "Deadline", "First rule", "dispute");
}
