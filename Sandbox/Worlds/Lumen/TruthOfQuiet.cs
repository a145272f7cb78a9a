using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Entries about customers without trouble.</summary>
internal static class TruthOfQuiet
{
    public static JsonObject Healthy(CustomerRun run) => new()
    {
        ["customer"] = run.Id,
        ["customer_name"] = run.Script.Name,
        ["email"] = run.Script.Email,
        ["subscription"] = run.Subscriptions[0].Id,
        ["currency"] = run.Script.Currency,
        ["plan"] = run.Books.Catalogue.Product(run.Subscriptions[0].Items[0].Price).Id("name"),
        ["invoices"] = (long)run.Invoices.Count,
        ["last_invoice"] = run.LastInvoice.Json.Id(),
        ["last_invoice_number"] = run.LastInvoice.Json.Id("number"),
        ["last_total"] = run.LastInvoice.Json.Whole("total"),
        ["last_total_text"] = Amounts.Text(run.LastInvoice.Json.Whole("total"), run.Script.Currency),
        ["last_date"] = Calendar.Date(run.LastInvoice.Json.Whole("created")),
    };

    public static JsonObject Paid(CustomerRun run, InvoiceRun invoice)
    {
        var charge = invoice.PaidBy!;
        return new JsonObject
        {
            ["invoice"] = invoice.Json.Id(),
            ["invoice_number"] = invoice.Json.Id("number"),
            ["charge"] = charge.Id(),
            ["payment_intent"] = charge.Id("payment_intent"),
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["amount"] = charge.Whole("amount"),
            ["currency"] = run.Script.Currency,
            ["amount_text"] = Amounts.Text(charge.Whole("amount"), run.Script.Currency),
            ["month"] = Calendar.Month(charge.Whole("created")),
            ["date"] = Calendar.Date(charge.Whole("created")),
        };
    }

    /// <summary>A customer whose invoice was credited to the balance.</summary>
    public static JsonObject Credited(CustomerRun run)
    {
        var note = run.Books.Objects.First(candidate => candidate.Text("object") == "credit_note");
        return new JsonObject
        {
            ["kind"] = run.Script.Kind,
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["credit_note"] = note.Id(),
            ["invoice"] = note.Id("invoice"),
            ["amount"] = note.Whole("amount"),
            ["currency"] = run.Script.Currency,
            ["amount_text"] = Amounts.Text(note.Whole("amount"), run.Script.Currency),
            ["balance"] = run.Json.Whole("balance"),
            ["balance_text"] = Amounts.Text(run.Json.Whole("balance"), run.Script.Currency),
            ["last_amount_due"] = run.LastInvoice.Json.Whole("amount_due"),
            ["last_amount_due_text"] = Amounts.Text(run.LastInvoice.Json.Whole("amount_due"), run.Script.Currency),
        };
    }
}
