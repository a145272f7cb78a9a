using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Works out a draft's discounts, taxes and totals again after its lines or discounts changed.</summary>
internal static class InvoiceRepricing
{
    public static void Run(UnitOfWork unit, JsonObject invoice)
    {
        var lines = invoice.Rows("lines").ToList();
        var subscription = Subscriptions.Of(unit, invoice);
        var discounts = Discounts(unit, invoice, lines);
        InvoicePricing.Apply(lines, discounts, line => Rates(unit, invoice, subscription, line), invoice.Text("customer_tax_exempt"));
        var totals = InvoiceTotals.Of(lines, discounts.Where(d => d.IsOfItem).Select(d => d.Id));
        invoice["subtotal"] = totals.Subtotal;
        invoice["subtotal_excluding_tax"] = totals.SubtotalExcludingTax;
        invoice["total"] = totals.Total;
        invoice["total_excluding_tax"] = totals.TotalExcludingTax;
        invoice["total_taxes"] = totals.Taxes();
        invoice["total_discount_amounts"] = totals.Discounts();
        invoice["total_pretax_credit_amounts"] = totals.PretaxCredits();
        invoice["amount_due"] = Math.Max(0, totals.Total);
        invoice["amount_remaining"] = Math.Max(0, totals.Total);
    }

    /// <summary>Discounts of the invoice items that lines come from.</summary>
    public static List<AppliedDiscount> OfItems(UnitOfWork unit, IEnumerable<JsonObject> lines) =>
        Applied(unit, lines.SelectMany(l => Ids(Item(unit, l)?["discounts"])));

    /// <summary>Discounts of single items first, then those of the whole invoice.</summary>
    private static List<AppliedDiscount> Discounts(UnitOfWork unit, JsonObject invoice, List<JsonObject> lines)
    {
        var items = lines.SelectMany(l => Ids(Item(unit, l)?["discounts"]));
        var ofSubscription = Subscriptions.Of(unit, invoice)?.Rows("items").SelectMany(i => Ids(i["discounts"])) ?? [];
        return Applied(unit, items.Concat(ofSubscription).Concat(Ids(invoice["discounts"])));
    }

    private static List<AppliedDiscount> Applied(UnitOfWork unit, IEnumerable<string> ids) =>
        [.. ids.Distinct().Select(unit.Find).OfType<JsonObject>()
            .Select(d => (Discount: d, Coupon: unit.Find(d.TextAt("source.coupon") ?? "")))
            .Where(p => p.Coupon is not null)
            .Select(p => new AppliedDiscount(p.Discount, p.Coupon!))];

    private static IReadOnlyList<JsonObject> Rates(UnitOfWork unit, JsonObject invoice, JsonObject? subscription, JsonObject line)
    {
        var own = Item(unit, line)?["tax_rates"]
            ?? subscription?.Rows("items").FirstOrDefault(i => i.Id() == line.TextAt("parent.subscription_item_details.subscription_item"))?["tax_rates"];
        return Taxes.Rates(unit, invoice["default_tax_rates"] is JsonArray { Count: > 0 } ? invoice : subscription, own);
    }

    private static JsonObject? Item(UnitOfWork unit, JsonObject line) => unit.Find(
        line.TextAt("parent.invoice_item_details.invoice_item") ?? line.TextAt("parent.subscription_item_details.invoice_item") ?? "");

    private static IEnumerable<string> Ids(JsonNode? discounts) => (discounts as JsonArray ?? []).Select(d => d as JsonValue).OfType<JsonValue>().Select(d => (string)d!);
}
