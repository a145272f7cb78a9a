using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Entries about charges of equal amount.</summary>
internal static class TruthOfCharges
{
    public static JsonObject Double(CustomerRun run)
    {
        var (_, invoice, charge) = run.Extras.Made[0];
        return Sum(run, charge, new JsonObject
        {
            ["charge"] = charge.Id(),
            ["original_charge"] = invoice.PaidBy!.Id(),
            ["payment_intent"] = charge.Id("payment_intent"),
            ["invoice"] = invoice.Json.Id(),
            ["invoice_number"] = invoice.Json.Id("number"),
        });
    }

    public static JsonObject Equal(CustomerRun run)
    {
        var (first, second, invoices) = Pair(run);
        return Sum(run, first, new JsonObject
        {
            ["kind"] = run.Script.Kind,
            ["charges"] = JsonFields.Array([first.Id(), second.Id()]),
            ["invoices"] = JsonFields.Array(invoices.Select(invoice => invoice.Json.Id())),
        });
    }

    private static (JsonObject First, JsonObject Second, IReadOnlyList<InvoiceRun> Invoices) Pair(CustomerRun run)
    {
        switch (run.Script.Kind)
        {
            case "two_subscriptions":
                return (run.Invoices[^2].PaidBy!, run.LastInvoice.PaidBy!, [run.Invoices[^2], run.LastInvoice]);
            case "failed_then_paid":
                return (run.LastInvoice.Charges[0], run.LastInvoice.Charges[1], [run.LastInvoice]);
            default:
                var (_, invoice, charge) = run.Extras.Made[0];
                return (invoice.PaidBy!, charge, [invoice]);
        }
    }

    private static JsonObject Sum(CustomerRun run, JsonObject charge, JsonObject entry)
    {
        var created = charge.Whole("created");
        entry["customer"] = run.Id;
        entry["customer_name"] = run.Script.Name;
        entry["amount"] = charge.Whole("amount");
        entry["currency"] = run.Script.Currency;
        entry["amount_text"] = Amounts.Text(charge.Whole("amount"), run.Script.Currency);
        entry["month"] = Calendar.Month(created);
        entry["date"] = Calendar.Date(created);
        return entry;
    }
}
