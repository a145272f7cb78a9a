using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using BillingCopilot.Billing.Mistakes;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi.Projections;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>What a planned credit changes, in rows a person reads.</summary>
internal static class CreditNotePreview
{
    private const string Refunded = "Refunded to the payment method";
    private const string StoredCredit = "Customer's stored credit";

    public static Preview<IssueCreditNoteArguments> Of(IssueCreditNoteArguments arguments, InvoiceCredits credits, CreditedLines credited, CreditPlan plan, Customer customer, CreditNote computed, Remedy remedy)
    {
        var invoice = credits.Invoice;
        return new Preview<IssueCreditNoteArguments>(
            arguments with { Amount = credited.Amount },
            $"Credit {credited.Amount.ToDisplayText()} on invoice {invoice.Number} ({Where(plan)})",
            customer.Ref(),
            customer.NameOf().Value,
            invoice.Ref(),
            credited.Amount,
            [.. Changes(arguments, credits, credited, plan, customer, computed), new PreviewChange(PreviewChange.Remedy, "", remedy.Because)],
            Reversibility(plan),
            Declared(credits, credited, plan, customer))
        {
            Rule = plan.ReducesDue.AmountMinor < credited.Amount.AmountMinor ? PolicyRules.CreditOnPaid : PolicyRules.CreditOnOpen,
        };
    }

    private static IEnumerable<PreviewChange> Changes(IssueCreditNoteArguments arguments, InvoiceCredits credits, CreditedLines credited, CreditPlan plan, Customer customer, CreditNote computed)
    {
        var amount = credited.Amount;
        var remaining = amount with { AmountMinor = credits.Facts.AmountRemaining };
        var refunded = amount with { AmountMinor = credits.Facts.RefundedOutside + credits.Notes.Sum(InvoiceCredits.RefundedBy) };
        var stored = amount with { AmountMinor = -customer.Balance };
        if (plan.ReducesDue.AmountMinor > 0)
        {
            yield return Row("Owed on the invoice", remaining, remaining - plan.ReducesDue);
        }

        if (plan.ToRefund.AmountMinor > 0)
        {
            yield return Row(Refunded, refunded, refunded + plan.ToRefund);
        }

        // Unchanged it is shown too, after what does change.
        if (plan.ToBalance.AmountMinor > 0)
        {
            yield return Row(StoredCredit, stored, stored + plan.ToBalance);
        }

        if (plan.ToRefund.AmountMinor == 0 && refunded.AmountMinor > 0)
        {
            yield return Row(Refunded, refunded, refunded);
        }

        var tax = computed.TotalTaxes?.Sum(t => t.Amount) ?? 0;
        yield return Row("Tax in the credit", amount with { AmountMinor = 0 }, amount with { AmountMinor = tax });
        if (plan.ToBalance.AmountMinor == 0)
        {
            yield return Row(StoredCredit, stored, stored);
        }

        yield return Row("Left to credit on the invoice", credits.Facts.Creditable, credits.Facts.Creditable - amount);
        foreach (var row in credited.Rows())
        {
            yield return row;
        }

        yield return new PreviewChange("Reason", "", CreditNoteOptions.Reason(arguments) ?? "none of Stripe's");
        if (arguments.Memo is { } memo)
        {
            yield return new PreviewChange("Memo for the customer", "", memo);
        }
    }

    private static PreviewChange Row(string field, Money before, Money after) => PreviewChange.Of(field, before, after);

    private static string Where(CreditPlan plan) => plan switch
    {
        { ToRefund.AmountMinor: > 0 } => "refunded",
        { ToBalance.AmountMinor: > 0 } => "kept for the next invoice",
        _ => "lowers what is owed",
    };

    private static string Reversibility(CreditPlan plan) => plan switch
    {
        { ToRefund.AmountMinor: > 0 } => "The refund can't be undone.",
        { ToBalance.AmountMinor: > 0 } => "The credit can be taken off the customer's balance again until an invoice uses it.",
        _ => "The credit note can be voided while the invoice is unpaid.",
    };

    /// <summary>What the approval is bound to: the invoice as it stands, and where the credit goes.</summary>
    public static Dictionary<string, string> Declared(InvoiceCredits credits, CreditedLines credited, CreditPlan plan, Customer customer)
    {
        var facts = credits.Facts;
        var declared = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["status"] = facts.Status,
            ["currency"] = facts.Currency,
            ["total"] = $"{facts.Total}",
            ["amount_paid"] = $"{facts.AmountPaid}",
            ["amount_remaining"] = $"{facts.AmountRemaining}",
            ["credited"] = $"{facts.Credited}",
            ["refunded_outside"] = $"{facts.RefundedOutside}",
            ["refundable"] = $"{facts.Refundable}",
            ["customer"] = customer.Id,
            ["reduces_due"] = $"{plan.ReducesDue.AmountMinor}",
            ["to_refund"] = $"{plan.ToRefund.AmountMinor}",
            ["to_balance"] = $"{plan.ToBalance.AmountMinor}",
        };
        if (credited.Lines.Count > 0)
        {
            declared["lines"] = credited.Declared;
        }

        if (plan.ToBalance.AmountMinor > 0)
        {
            declared["customer_balance"] = $"{customer.Balance}";
        }

        return declared;
    }
}
