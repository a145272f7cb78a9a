using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What happens to a subscription as its invoices are paid or not, and its end.</summary>
internal static class Subscriptions
{
    private const string InvoicePath = "parent.subscription_details.subscription";

    /// <summary>The member that says whether an end within a period credits its rest. Never shown.</summary>
    public const string Prorates = "_prorates";

    public static void End(UnitOfWork unit, JsonObject subscription, long at)
    {
        subscription["status"] = "canceled";
        subscription["canceled_at"] ??= at;
        subscription["ended_at"] = at;
        subscription["cancellation_details"]!["reason"] ??= "cancellation_requested";
        unit.Raise("customer.subscription.deleted", subscription.Id());
        StopCollecting(unit, subscription);
    }

    /// <summary>Nobody asks any more for what a subscription left unpaid when it ended.</summary>
    private static void StopCollecting(UnitOfWork unit, JsonObject subscription)
    {
        foreach (var invoice in unit.Where("invoice", InvoicePath, subscription.Id()).Where(i =>
            i.Text("status") is "draft" or "open" && (bool?)i["auto_advance"] == true).ToList())
        {
            var left = unit.Edit(invoice.Id());
            left["auto_advance"] = false;
            left["next_payment_attempt"] = null;
        }
    }

    /// <summary>Whether time moves it: neither over, nor paused, nor waiting for its first payment.</summary>
    public static bool IsRunning(JsonObject subscription) => subscription.Text("status") is "active" or "trialing" or "past_due" or "unpaid";

    /// <summary>What the business does when nothing more will be tried for an invoice.</summary>
    public static void GiveUp(UnitOfWork unit, JsonObject invoice, BillingSettings settings)
    {
        if (settings.InvoiceAfterRetries == "uncollectible")
        {
            Invoicing.MarkUncollectible(unit, invoice);
        }

        if (Of(unit, invoice) is not { } subscription || !IsRunning(subscription))
        {
            return;
        }

        var left = unit.Edit(subscription.Id());
        if (settings.AfterRetries == "cancel")
        {
            left["cancellation_details"]!["reason"] = "payment_failed";
            End(unit, left, unit.Now);
        }
        else
        {
            left["status"] = settings.AfterRetries;
        }
    }

    public static void PaymentFailed(UnitOfWork unit, JsonObject invoice)
    {
        unit.Edit(invoice.Id("customer"))["delinquent"] = true;
        if (Of(unit, invoice) is { } subscription && subscription.Text("status") is "active" or "trialing")
        {
            unit.Edit(subscription.Id())["status"] = "past_due";
        }
    }

    public static void PaymentSucceeded(UnitOfWork unit, JsonObject invoice)
    {
        if (Of(unit, invoice) is { } subscription
            && subscription.Text("status") is "past_due" or "unpaid" or "incomplete"
            && (subscription.Text("latest_invoice") is null || subscription.Text("latest_invoice") == invoice.Id()))
        {
            unit.Edit(subscription.Id())["status"] = "active";
        }

        var customer = unit.Find(invoice.Id("customer"))!;
        if ((bool?)customer["delinquent"] == true && !HasDebt(unit, customer.Id(), invoice.Id()))
        {
            unit.Edit(customer.Id())["delinquent"] = false;
        }
    }

    public static JsonObject? Item(UnitOfWork unit, string id) =>
        unit.Where("subscription", "items.data.id", id).SelectMany(s => s.Rows("items")).FirstOrDefault(i => i.Id() == id);

    public static JsonObject? Of(UnitOfWork unit, JsonObject invoice) =>
        invoice.TextAt(InvoicePath) is { } id ? unit.Find(id) : null;

    private static bool HasDebt(UnitOfWork unit, string customer, string except) => unit.Where("invoice", "customer", customer).Any(i =>
        i.Id() != except && i.Text("status") == "open" && i.Whole("attempt_count") > 0);
}
