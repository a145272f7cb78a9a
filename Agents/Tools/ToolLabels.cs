namespace BillingCopilot.Agents.Tools;

/// <summary>What a running tool is called for people.</summary>
internal static class ToolLabels
{
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal)
    {
        [HandOver.Name] = "Handing a part over",
        ["find_customer"] = "Looking for the customer",
        ["get_customer_overview"] = "Reading the customer's account",
        ["get_subscription"] = "Reading the subscription",
        ["list_subscriptions"] = "Reading the subscriptions",
        ["list_invoices"] = "Reading the invoices",
        ["get_invoice"] = "Reading the invoice",
        ["explain_invoice_change"] = "Comparing the invoice with the one before",
        ["explain_invoice"] = "Going through the invoice's lines",
        ["get_upcoming_invoice"] = "Working out the next invoice",
        ["find_billing_mistakes"] = "Looking the bills over for mistakes",
        ["find_statement_line"] = "Looking for the line of the bank statement",
        ["list_disputes"] = "Reading the disputes",
        ["get_dispute"] = "Collecting what there is on the dispute",
        ["list_charges"] = "Reading the charges",
        ["get_payment_history"] = "Reading the payment attempts",
        ["search_policies"] = "Searching the policies",
        ["list_tickets"] = "Reading the customer's tickets",
        ["triage_ticket"] = "Sorting the ticket",
        ["post_internal_note"] = "Preparing an internal note for approval",
        ["write_invoice_summary"] = "Preparing a summary on the draft invoice, for approval",
        ["send_invoice_summary"] = "Preparing a mail with the invoice's summary, for approval",
        ["issue_credit_note"] = "Preparing a credit note for approval",
        ["issue_refund"] = "Preparing a refund for approval",
        ["submit_dispute_evidence"] = "Preparing the answer to the dispute, for approval",
        ["accept_dispute"] = "Preparing to accept the dispute, for approval",
        ["void_credit_note"] = "Preparing to take a credit note back, for approval",
        ["cancel_subscription_at_period_end"] = "Preparing the end of the subscription for approval",
        ["cancel_subscription_now"] = "Preparing the end of the subscription at once, for approval",
        ["cancel_subscription_prorated"] = "Preparing the end of the subscription at once, with credit, for approval",
        ["give_courtesy_credit"] = "Preparing courtesy credit for approval",
        ["reactivate_subscription"] = "Preparing to let the subscription go on, for approval",
        ["take_back_courtesy_credit"] = "Preparing to take courtesy credit back, for approval",
        ["downgrade_at_period_end"] = "Preparing the smaller plan for the next period, for approval",
        ["downgrade_now"] = "Preparing the smaller plan at once, for approval",
        ["keep_plan"] = "Preparing to keep the plan, for approval",
        ["apply_coupon_once"] = "Preparing a coupon for approval",
        ["resend_invoice"] = "Preparing to mail the invoice again, for approval",
        ["open_billing_form"] = "Opening the form for billing details",
        ["send_portal_link"] = "Preparing a mail with a link to the customer portal, for approval",
        [MoreTools.Name] = "Looking for the right tool",
        ["send_dunning_email"] = "Preparing a reminder for approval",
    };

    public static string Of(string name) => Labels.GetValueOrDefault(name) ?? char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ');
}
