using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Invoices that a subscription causes.</summary>
internal static class SubscriptionInvoice
{
    /// <summary>Drafts an invoice for the subscription with its pending items, and any other lines.</summary>
    public static JsonObject Draft(UnitOfWork unit, JsonObject subscription, string reason, Func<string, IEnumerable<JsonObject>> lines)
    {
        var id = unit.NewId("in");
        var customer = unit.Find(subscription.Id("customer"))!;
        var pending = Invoicing.TakePending(unit, customer.Id(), id, i => i.TextAt("parent.subscription_details.subscription") == subscription.Id());
        var invoice = Invoicing.Draft(unit, new InvoiceSpec
        {
            Id = id,
            Created = unit.Now,
            Customer = customer,
            Currency = subscription.Id("currency"),
            Lines = [.. pending, .. lines(id)],
            PeriodStart = unit.Now,
            PeriodEnd = unit.Now,
            BillingReason = reason,
            Subscription = subscription.Id(),
            DefaultTaxRates = [.. (subscription["default_tax_rates"] as JsonArray ?? []).OfType<JsonObject>()],
        });
        subscription["latest_invoice"] = id;
        return invoice;
    }

    /// <summary>Drafts, finalizes and charges. Returns the decline, if any; everything stays.</summary>
    public static ApiError? Bill(UnitOfWork unit, JsonObject subscription, string reason, Func<string, IEnumerable<JsonObject>> lines)
    {
        var invoice = Draft(unit, subscription, reason, lines);
        Invoicing.Finalize(unit, invoice);
        if (invoice.Text("status") == "paid" || subscription.Text("collection_method") == "send_invoice")
        {
            return null;
        }

        return Invoicing.PaymentMethod(unit, invoice) is { } card
            ? Invoicing.Charge(unit, invoice, card)
            : ApiError.Invalid("This customer has no attached payment source or default payment method. Please consider adding a default payment method.", null, "resource_missing");
    }
}
