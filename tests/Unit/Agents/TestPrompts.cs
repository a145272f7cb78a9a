using BillingCopilot.Agents.Prompts;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>The prompts as shipped, and copies of them that a test may spoil.</summary>
internal static class TestPrompts
{
    public static string Shipped { get; } = Path.Combine(AppContext.BaseDirectory, "prompts");

    public static IReadOnlyList<string> Tools { get; } =
    [
        "find_customer", "get_customer_overview", "get_subscription", "list_subscriptions", "list_invoices", "get_invoice", "explain_invoice_change", "explain_invoice", "get_upcoming_invoice", "find_billing_mistakes", "find_statement_line", "list_charges", "list_disputes", "get_dispute",
        "get_payment_history", "open_billing_form", "search_policies", "triage_ticket", "list_tickets", "post_internal_note", "write_invoice_summary", "send_invoice_summary", "issue_credit_note", "issue_refund", "send_dunning_email", "void_credit_note", "cancel_subscription_at_period_end", "cancel_subscription_now", "cancel_subscription_prorated", "give_courtesy_credit", "reactivate_subscription", "submit_dispute_evidence", "accept_dispute", "downgrade_at_period_end", "downgrade_now", "keep_plan", "apply_coupon_once", "take_back_courtesy_credit", "resend_invoice", "send_portal_link",
    ];

    public static IReadOnlyDictionary<string, AgentPrompt> Agents { get; } =
        PromptRegistry.Load(Shipped, Tools).All.ToDictionary(p => p.Name, StringComparer.Ordinal);

    /// <summary>A copy of the shipped prompts in a folder of its own.</summary>
    public static string Copy()
    {
        var target = Directory.CreateTempSubdirectory("prompts").FullName;
        foreach (var file in Directory.GetFiles(Shipped, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(Shipped, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return target;
    }

    /// <summary>Replaces text in one file of a copy.</summary>
    public static void Edit(string root, string file, string before, string after)
    {
        var path = Path.Combine(root, file);
        var text = File.ReadAllText(path);
        if (!text.Contains(before, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{file} does not contain '{before}'.");
        }

        File.WriteAllText(path, text.Replace(before, after, StringComparison.Ordinal));
    }
}
