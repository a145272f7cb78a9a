using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Invoices that a subscription causes.</summary>
internal static class SubscriptionInvoice
{
    private const long Day = 86_400;

    /// <summary>Drafts an invoice for the subscription with its pending items, and any other lines, discounted and taxed.</summary>
    /// <param name="reason">The <c>billing_reason</c>.</param>
    /// <param name="at">Unix seconds at which discounts must be in force; null for now.</param>
    public static JsonObject Draft(
        UnitOfWork unit, JsonObject subscription, string reason, Func<string, IEnumerable<JsonObject>> lines, long? at = null)
    {
        var id = unit.NewId("in");
        var customer = unit.Find(subscription.Id("customer"))!;
        List<JsonObject> all = [.. Pending(unit, subscription, id), .. lines(id)];
        List<AppliedDiscount> discounts = [.. InvoiceRepricing.OfItems(unit, all), .. SubscriptionDiscounts.InForce(unit, subscription, at ?? unit.Now)];
        InvoicePricing.Apply(all, discounts, line => Rates(unit, subscription, line), customer.Text("tax_exempt"));
        SubscriptionDiscounts.Spend(unit, discounts, all);
        var sent = subscription.Text("collection_method") == "send_invoice";
        var invoice = Invoicing.Draft(unit, new InvoiceSpec
        {
            Id = id,
            Created = unit.Now,
            Customer = customer,
            Currency = subscription.Id("currency"),
            Lines = all,
            PeriodStart = unit.Now,
            PeriodEnd = unit.Now,
            BillingReason = reason,
            Subscription = subscription.Id(),
            SubscriptionMetadata = Texts(subscription["metadata"] as JsonObject),
            Discounts = [.. discounts.Where(d => !d.IsOfItem).Select(d => d.Id)],
            ItemDiscounts = [.. discounts.Where(d => d.IsOfItem).Select(d => d.Id)],
            DefaultTaxRates = Taxes.Rates(unit, subscription, null),
            CollectionMethod = sent ? "send_invoice" : "charge_automatically",
            DueDate = sent ? unit.Now + (Day * (subscription["days_until_due"]?.Whole() ?? 30)) : null,
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

        // The first invoice of a subscription is not retried; a later one is.
        long? next = reason == "subscription_create" ? null : RetrySchedule.After(invoice.Id(), unit.Now, 1, BillingSettings.Of(unit));
        return Invoicing.PaymentMethod(unit, invoice) is { } card
            ? Invoicing.Charge(unit, invoice, card, next)
            : ApiError.Invalid("This customer has no attached payment source or default payment method. Please consider adding a default payment method.", null, "resource_missing");
    }

    /// <summary>Items waiting for this subscription, and those waiting for no particular one.</summary>
    private static List<JsonObject> Pending(UnitOfWork unit, JsonObject subscription, string invoice) => Invoicing.TakePending(
        unit, subscription.Id("customer"), invoice, item =>
            item.Text("currency") == subscription.Text("currency")
            && (item.TextAt("parent.subscription_details.subscription") ?? subscription.Id()) == subscription.Id());

    private static IReadOnlyList<JsonObject> Rates(UnitOfWork unit, JsonObject subscription, JsonObject line)
    {
        var item = line.TextAt("parent.subscription_item_details.subscription_item");
        var own = item is null
            ? unit.Find(line.TextAt("parent.invoice_item_details.invoice_item") ?? "")?["tax_rates"]
            : subscription.Rows("items").FirstOrDefault(i => i.Id() == item)?["tax_rates"];
        return Taxes.Rates(unit, subscription, own);
    }

    private static Dictionary<string, string> Texts(JsonObject? metadata) =>
        (metadata ?? []).ToDictionary(m => m.Key, m => (string)m.Value!, StringComparer.Ordinal);
}
