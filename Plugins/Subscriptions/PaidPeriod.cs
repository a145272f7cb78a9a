using BillingCopilot.Billing;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using Stripe;

namespace BillingCopilot.Plugins.Subscriptions;

/// <summary>Whether the rest of the running period can be given back.</summary>
internal static class PaidPeriod
{
    /// <summary>Why the rest of the period is not the customer's to get back: it was not paid for, or its money is back already.</summary>
    /// <param name="invoices">Of the subscription, with their payments.</param>
    /// <param name="at">The second from which the rest is reckoned.</param>
    /// <param name="instead">The operation that gives nothing back.</param>
    public static async Task<Refusal?> ObstacleAsync(
        StripeReader reader, Subscription subscription, Listing<Invoice> invoices, DateTimeOffset at, string instead, CancellationToken cancellationToken)
    {
        if (!invoices.Complete)
        {
            return new Refusal("too_many_invoices", "The subscription has more invoices than were read.", $"Use {instead}.");
        }

        var began = subscription.Items.Data.Min(i => i.CurrentPeriodStart);
        var running = invoices.Items.Where(i => i.Created >= began || (i.Lines?.Data ?? []).Any(l => l.Period is { } p && Dates.Instant(p.Start) <= at && at < Dates.Instant(p.End))).ToList();
        if (invoices.Items.FirstOrDefault(i => i.Status is "open" or "draft") is { } open)
        {
            return new Refusal("invoices_open", $"Invoice {open.Number ?? "in draft"} is not paid: the change would give back time that nobody paid for.", $"Use {instead}, or see that it is paid first.");
        }

        if (running.FirstOrDefault(i => i.Status != "paid") is { } never)
        {
            return new Refusal("period_not_paid", $"Invoice {never.Number} of the running period is {never.Status}: the change would give back time that nobody paid for.", $"Use {instead}.");
        }

        if (running.Count == 0 && subscription.Status != "trialing")
        {
            return new Refusal("period_not_paid", "No invoice of the running period was found: the change would give back time that nobody paid for.", $"Use {instead}.");
        }

        foreach (var invoice in running)
        {
            if (!(await reader.CreditNotesAsync(invoice.Id, cancellationToken)).TryGet(out var notes, out var refusal)
                || !(await new Settlements(reader).ChargesOfAsync(invoice, cancellationToken)).TryGet(out var charges, out refusal))
            {
                return refusal;
            }

            if (!notes.Complete || notes.Items.Any(n => n.Status != "void") || charges.Any(c => c.AmountRefunded > 0 || c.Disputed))
            {
                return new Refusal("period_given_back", $"Of invoice {invoice.Number}, which bills the running period, money was given back or is disputed: the change would give it back again.", $"Use {instead}.");
            }
        }

        return null;
    }
}
