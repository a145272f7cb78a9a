using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Entries about declines and cancellations.</summary>
internal static class TruthOfTrouble
{
    public static JsonObject Failed(CustomerRun run)
    {
        var invoice = run.LastInvoice;
        var charge = invoice.Charges[^1];
        return Sum(run, invoice, new JsonObject
        {
            ["subscription"] = run.Subscriptions[0].Id,
            ["payment_intent"] = invoice.Intent!.Id(),
            ["charge"] = charge.Id(),
            ["payment_method"] = run.PaymentMethod.Id(),
            ["backup_payment_method"] = run.BackupCard?.Id(),
            ["decline_code"] = charge["outcome"]!.AsObject().Id("reason"),
            ["advice_code"] = charge["outcome"]!.AsObject().Text("advice_code"),
            ["hard"] = Collection.Hard.Contains(run.Script.Kind),
            ["email"] = run.Script.Email,
            ["attempt_count"] = invoice.Json.Whole("attempt_count"),
            ["charges_made"] = (long)invoice.Charges.Count,
            ["next_payment_attempt"] = invoice.Json["next_payment_attempt"]?.DeepClone(),
            ["next_attempt_date"] = Calendar.Date(invoice.Json.Whole("next_payment_attempt")),
            ["last4"] = run.PaymentMethod["card"]!.AsObject().Id("last4"),
        });
    }

    /// <summary>An invoice that failed once and was then paid.</summary>
    public static JsonObject Recovered(CustomerRun run)
    {
        var invoice = run.LastInvoice;
        return Sum(run, invoice, new JsonObject
        {
            ["decline_code"] = invoice.Charges[0]["outcome"]!.AsObject().Id("reason"),
            ["failed_charge"] = invoice.Charges[0].Id(),
            ["charge"] = invoice.PaidBy!.Id(),
            ["attempt_count"] = invoice.Json.Whole("attempt_count"),
        });
    }

    public static JsonObject Canceled(CustomerRun run)
    {
        var subscription = run.Subscriptions[0].Json;
        return new JsonObject
        {
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["subscription"] = subscription.Id(),
            ["date"] = Calendar.Date(subscription.Whole("canceled_at")),
            ["feedback"] = subscription["cancellation_details"]!.AsObject().Id("feedback"),
        };
    }

    private static JsonObject Sum(CustomerRun run, InvoiceRun invoice, JsonObject entry)
    {
        entry["invoice"] = invoice.Json.Id();
        entry["invoice_number"] = invoice.Json.Id("number");
        entry["customer"] = run.Id;
        entry["customer_name"] = run.Script.Name;
        entry["amount"] = invoice.Json.Whole("amount_due");
        entry["currency"] = run.Script.Currency;
        entry["amount_text"] = Amounts.Text(invoice.Json.Whole("amount_due"), run.Script.Currency);
        entry["month"] = Calendar.Month(invoice.Json.Whole("created"));
        entry["date"] = Calendar.Date(invoice.Json.Whole("created"));
        return entry;
    }
}
