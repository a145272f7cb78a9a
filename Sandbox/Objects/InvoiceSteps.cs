using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>What happens to an invoice after it was drafted. Each step changes the invoice in place.</summary>
public static class InvoiceSteps
{
    /// <summary>Draft to open: number, links, and the customer's balance applied.</summary>
    /// <param name="invoice">A draft.</param>
    /// <param name="at">Unix seconds.</param>
    /// <param name="number">Such as <c>7FE11034-0007</c>.</param>
    /// <param name="startingBalance">The customer's balance before, minor units; negative is credit.</param>
    /// <param name="secret">Characters that make the hosted link unguessable.</param>
    /// <returns>The balance change (minor units) to record as a customer balance transaction; 0 for none.</returns>
    public static long Finalize(JsonObject invoice, long at, string number, long startingBalance, string secret)
    {
        var total = invoice.Whole("total");
        var applied = Applied(total, startingBalance);
        invoice["status"] = "open";
        invoice["number"] = number;
        invoice["effective_at"] = at;
        invoice["starting_balance"] = startingBalance;
        invoice["ending_balance"] = startingBalance + applied;
        invoice["amount_due"] = Math.Max(0, total - applied);
        invoice["amount_remaining"] = Math.Max(0, total - applied);
        invoice["hosted_invoice_url"] = $"https://invoice.stripe.com/i/{secret}?s=ap";
        invoice["invoice_pdf"] = $"https://pay.stripe.com/invoice/{secret}/pdf?s=ap";
        invoice["status_transitions"]!["finalized_at"] = at;
        return applied;
    }

    /// <summary>Open to paid.</summary>
    /// <param name="at">Unix seconds.</param>
    /// <param name="attempts">Payment attempts so far, this one included.</param>
    public static void Pay(JsonObject invoice, long at, long attempts)
    {
        invoice["status"] = "paid";
        invoice["amount_paid"] = invoice.Whole("amount_due");
        invoice["amount_remaining"] = 0L;
        invoice["attempt_count"] = attempts;
        invoice["attempted"] = true;
        invoice["auto_advance"] = false;
        invoice["next_payment_attempt"] = null;
        invoice["status_transitions"]!["paid_at"] = at;
    }

    /// <summary>A declined attempt: the invoice stays open.</summary>
    /// <param name="attempts">Payment attempts so far, this one included.</param>
    /// <param name="next">Unix seconds of the next automatic attempt; null when the schedule is at its end.</param>
    public static void FailAttempt(JsonObject invoice, long attempts, long? next)
    {
        invoice["attempt_count"] = attempts;
        invoice["attempted"] = true;
        invoice["next_payment_attempt"] = next;
    }

    /// <summary>Open to void.</summary>
    public static void Void(JsonObject invoice, long at) => Close(invoice, "void", "voided_at", at);

    /// <summary>Open to uncollectible.</summary>
    public static void MarkUncollectible(JsonObject invoice, long at) =>
        Close(invoice, "uncollectible", "marked_uncollectible_at", at);

    /// <summary>A negative total becomes credit; otherwise credit or debt on the balance changes what is due.</summary>
    private static long Applied(long total, long balance) => total switch
    {
        < 0 => total,
        _ when balance < 0 => Math.Min(total, -balance),
        _ => -balance,
    };

    private static void Close(JsonObject invoice, string status, string transition, long at)
    {
        invoice["status"] = status;
        invoice["auto_advance"] = false;
        invoice["next_payment_attempt"] = null;
        invoice["status_transitions"]![transition] = at;
    }
}
