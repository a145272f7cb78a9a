namespace BillingCopilot.Agents.Tools;

/// <summary>What a running tool is called for people.</summary>
internal static class ToolLabels
{
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal)
    {
        ["find_customer"] = "Looking for the customer",
        ["get_customer_overview"] = "Reading the customer's account",
        ["get_subscription"] = "Reading the subscription",
        ["list_subscriptions"] = "Reading the subscriptions",
        ["list_invoices"] = "Reading the invoices",
        ["get_invoice"] = "Reading the invoice",
        ["explain_invoice_change"] = "Comparing the invoice with the one before",
        ["list_charges"] = "Reading the charges",
        ["get_payment_history"] = "Reading the payment attempts",
        ["search_policies"] = "Searching the policies",
        ["triage_ticket"] = "Sorting the ticket",
        ["post_internal_note"] = "Preparing an internal note for approval",
        ["issue_credit_note"] = "Preparing a credit note for approval",
        ["issue_refund"] = "Preparing a refund for approval",
        ["send_dunning_email"] = "Preparing a reminder for approval",
    };

    public static string Of(string name) => Labels.GetValueOrDefault(name) ?? char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ');
}
