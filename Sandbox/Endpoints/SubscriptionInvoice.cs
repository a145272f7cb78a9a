using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Invoices that a subscription causes.</summary>
internal static class SubscriptionInvoice
{
    /// <summary>Lines for one period of every item that is billed in advance.</summary>
    public static List<JsonObject> PeriodLines(UnitOfWork unit, JsonObject subscription, string invoice, bool next) =>
        [.. subscription.Rows("items").Select(item => PeriodLine(unit, subscription, item, invoice, next))];

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

    private static JsonObject PeriodLine(UnitOfWork unit, JsonObject subscription, JsonObject item, string invoice, bool next)
    {
        var price = unit.Find(item["price"]!.AsObject().Id()) ?? item["price"]!.AsObject();
        var metered = Prices.IsMetered(price);
        // Metered prices are billed in arrears: the next invoice carries the running period.
        var start = next && !metered ? item.Whole("current_period_end") : item.Whole("current_period_start");
        var end = next && !metered ? Prices.PeriodEnd(price, start) : item.Whole("current_period_end");
        var quantity = metered ? Usage(unit, subscription, price, start, end) : item.Whole("quantity");
        var amount = metered && !next ? 0 : Prices.Round(Prices.Cost(price, quantity));
        return LineItemObject.Create(new LineItemSpec
        {
            Id = unit.NewId("il"),
            Invoice = invoice,
            Amount = amount,
            Currency = price.Id("currency"),
            Description = Description(unit, price, quantity),
            PeriodStart = start,
            PeriodEnd = end,
            Quantity = (long)quantity,
            Price = price.Id(),
            Product = price.Text("product"),
            UnitAmountDecimal = Prices.UnitAmount(price),
            Subscription = subscription.Id(),
            SubscriptionItem = item.Id(),
            Taxes = Taxes.Of(amount, subscription["default_tax_rates"]),
        });
    }

    private static decimal Usage(UnitOfWork unit, JsonObject subscription, JsonObject price, long from, long to)
    {
        var meter = price.TextAt("recurring.meter");
        var name = meter is null ? null : unit.Find(meter)?.Text("event_name");
        return unit.All("billing.meter_event")
            .Where(e => e.Text("event_name") == name && e.TextAt("payload.stripe_customer_id") == subscription.Text("customer"))
            .Where(e => e.Whole("timestamp") >= from && e.Whole("timestamp") < to)
            .Sum(e => decimal.TryParse(e.TextAt("payload.value"), out var value) ? value : 0);
    }

    private static string Description(UnitOfWork unit, JsonObject price, decimal quantity)
    {
        var name = unit.Find(price.Text("product") ?? "")?.Text("name") ?? price.Id();
        var each = Prices.UnitAmount(price) is { } amount
            ? $" (at {MoneyText.Of(Prices.Round(amount), price.Id("currency"))} / {price.TextAt("recurring.interval")})"
            : "";
        return $"{quantity:0.##} × {name}{each}";
    }
}
