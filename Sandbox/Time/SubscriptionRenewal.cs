using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>
/// At the end of a period the next one begins: usage of the old and fees of the new go on a draft invoice, with
/// whatever waited for one. The end of a trial is such an end.
/// </summary>
internal sealed class SubscriptionRenewal : IDueWork
{
    public string Name => "subscription.renew";

    public string Kind => "subscription";

    public long? DueAt(JsonObject value) => Subscriptions.IsRunning(value) ? value.Rows("items").Min(i => (long?)i.Whole("current_period_end")) : null;

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var subscription = unit.Edit(value.Id());
        SubscriptionDiscounts.DropEnded(unit, subscription, unit.Now);
        if (subscription.Text("status") == "trialing" && !EndTrial(unit, subscription))
        {
            return;
        }

        var due = subscription.Rows("items").Where(i => i.Whole("current_period_end") <= unit.Now).ToList();
        var start = due.Min(i => i.Whole("current_period_start"));
        var invoice = SubscriptionInvoice.Draft(
            unit, subscription, "subscription_cycle", id => new SubscriptionLines(unit, subscription, id).Of(due, next: true));
        invoice["period_start"] = start;
        Advance(subscription, invoice);
        foreach (var item in due)
        {
            item["current_period_start"] = item.Whole("current_period_end");
            item["current_period_end"] = Cycle.End(item["price"]!.AsObject(), item.Whole("current_period_start"), subscription.Whole("billing_cycle_anchor"));
        }
    }

    /// <summary>False when a trial without a card ends the subscription or pauses it.</summary>
    private static bool EndTrial(UnitOfWork unit, JsonObject subscription)
    {
        var rule = subscription.TextAt("trial_settings.end_behavior.missing_payment_method");
        if (rule is not ("cancel" or "pause") || Invoicing.PaymentMethod(unit, subscription.Id("customer"), subscription) is not null)
        {
            subscription["status"] = "active";
            return true;
        }

        if (rule == "cancel")
        {
            Subscriptions.End(unit, subscription, unit.Now);
        }
        else
        {
            subscription["status"] = "paused";
            unit.Raise("customer.subscription.paused", subscription.Id());
        }

        return false;
    }

    /// <summary>Says when the draft goes on by itself, unless collection is paused or given up.</summary>
    private static void Advance(JsonObject subscription, JsonObject invoice)
    {
        if (subscription.TextAt("pause_collection.behavior") == "keep_as_draft" || subscription.Text("status") == "unpaid")
        {
            invoice["auto_advance"] = false;
            return;
        }

        var at = invoice.Whole("created") + Invoicing.DraftSeconds;
        invoice["automatically_finalizes_at"] = at;
        invoice["next_payment_attempt"] = invoice.Text("collection_method") == "send_invoice" ? null : at;
    }
}
