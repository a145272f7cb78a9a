using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Entries about wrong and unusual prorations, forgotten discounts, disputes.</summary>
internal static class TruthOfMistakes
{
    public static JsonObject Proration(CustomerRun run)
    {
        var subscription = run.Subscriptions[0];
        var items = subscription.Prorated;
        var charged = items.Sum(item => item.Charged);
        var right = items.Sum(item => item.Right) + subscription.CreditOwed;
        var invoice = run.Invoices.Last(candidate => candidate.Json.Rows("lines").Any(line => items.Any(item => Holds(line, item.InvoiceItem)))).Json;
        return new JsonObject
        {
            ["kind"] = run.Script.Kind,
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["subscription"] = subscription.Id,
            ["invoice"] = invoice.Id(),
            ["invoice_number"] = invoice.Id("number"),
            ["invoice_items"] = JsonFields.Array(items.Select(item => item.InvoiceItem)),
            ["date"] = Calendar.Date(subscription.Script.Changes[0].At),
            ["currency"] = run.Script.Currency,
            ["charged"] = charged,
            ["right"] = right,
            ["difference"] = charged - right,
            ["charged_text"] = Amounts.Text(charged, run.Script.Currency),
            ["right_text"] = Amounts.Text(right, run.Script.Currency),
            ["difference_text"] = Amounts.Text(charged - right, run.Script.Currency),
        };
    }

    /// <summary>The invoice on which a discount in force was not taken off.</summary>
    public static JsonObject MissedDiscount(CustomerRun run)
    {
        var subscription = run.Subscriptions[0];
        var invoice = run.Invoices[subscription.Script.DiscountForgotten!.Value].Json;
        var percent = run.Books.Catalogue.Coupon(subscription.Script.Coupon!)["percent_off"]!.GetValue<decimal>();
        var missed = Amounts.Percent(invoice.Whole("subtotal"), percent);
        return new JsonObject
        {
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["subscription"] = subscription.Id,
            ["coupon"] = subscription.Script.Coupon,
            ["percent_off"] = percent,
            ["invoice"] = invoice.Id(),
            ["invoice_number"] = invoice.Id("number"),
            ["date"] = Calendar.Date(invoice.Whole("created")),
            ["currency"] = run.Script.Currency,
            ["missed"] = missed,
            ["missed_text"] = Amounts.Text(missed, run.Script.Currency),
        };
    }

    /// <summary>An invoice that is right without the discount.</summary>
    public static JsonObject NoDiscount(CustomerRun run)
    {
        var invoice = run.Invoices.Last(candidate => candidate.Json.Rows("total_discount_amounts").All(off => off.Whole("amount") == 0)).Json;
        return new JsonObject
        {
            ["kind"] = run.Script.Kind,
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["invoice"] = invoice.Id(),
            ["invoice_number"] = invoice.Id("number"),
            ["why"] = run.Script.Kind == "discount_ended" ? "The discount had ended." : "The discount belongs to the other subscription.",
        };
    }

    public static JsonObject Dispute(CustomerRun run)
    {
        var dispute = run.Dispute!;
        return new JsonObject
        {
            ["dispute"] = dispute.Json.Id(),
            ["charge"] = dispute.Charge.Id(),
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["reason"] = dispute.Json.Text("reason"),
            ["status"] = dispute.Json.Text("status"),
            ["amount"] = dispute.Json.Whole("amount"),
            ["currency"] = run.Script.Currency,
            ["amount_text"] = Amounts.Text(dispute.Json.Whole("amount"), run.Script.Currency),
            ["due_by"] = dispute.Json["evidence_details"]!.AsObject().Whole("due_by"),
            ["date"] = Calendar.Date(dispute.Json.Whole("created")),
        };
    }

    private static bool Holds(JsonObject line, string invoiceItem) =>
        line["parent"]?["invoice_item_details"]?["invoice_item"]?.GetValue<string>() == invoiceItem
        || line["parent"]?["subscription_item_details"]?["invoice_item"]?.GetValue<string>() == invoiceItem;
}
