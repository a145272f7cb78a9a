using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Entries about what was billed or paid after a subscription's end, and about changes of currency.</summary>
internal static class TruthOfEnds
{
    /// <summary>One entry for each wrong bill.</summary>
    public static IEnumerable<JsonObject> Billed(CustomerRun run) => run.Script.ExtraCharges.Count > 0
        ? [About(run, run.Extras.Made[0].Charge.Whole("amount"), new JsonObject { ["charge"] = run.Extras.Made[0].Charge.Id(), ["invoice"] = null })]
        : After(run).Select(invoice => About(run, invoice.Whole("subtotal"), new JsonObject { ["charge"] = null, ["invoice"] = invoice.Id() }));

    /// <summary>What came after an end and is right.</summary>
    public static JsonObject Right(CustomerRun run)
    {
        var invoice = run.LastInvoice.Json;
        var charge = run.Extras.Made.Count > 0 ? run.Extras.Made[0].Charge : run.LastInvoice.PaidBy!;
        return About(run, charge.Whole("amount"), new JsonObject { ["charge"] = charge.Id(), ["invoice"] = run.Extras.Made.Count > 0 ? null : invoice.Id() });
    }

    /// <summary>The last invoice in the old currency and the first in the new one.</summary>
    public static JsonObject Currency(CustomerRun run)
    {
        var (old, now) = (run.Subscriptions[0], run.Subscriptions[1]);
        var (last, first) = (run.Invoices.Last(invoice => invoice.Subscription == old).Json, run.Invoices.First(invoice => invoice.Subscription == now).Json);
        return new JsonObject
        {
            ["kind"] = run.Script.Kind,
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["from_currency"] = old.Currency,
            ["to_currency"] = now.Currency,
            ["previous_invoice"] = last.Id(),
            ["previous_text"] = Amounts.Text(last.Whole("total"), old.Currency),
            ["invoice"] = first.Id(),
            ["invoice_number"] = first.Id("number"),
            ["total_text"] = Amounts.Text(first.Whole("total"), now.Currency),
            ["date"] = Calendar.Date(first.Whole("created")),
        };
    }

    private static IEnumerable<JsonObject> After(CustomerRun run) =>
        run.Invoices.Select(invoice => invoice.Json).Where(invoice => invoice.Whole("created") > run.Subscriptions[0].Json.Whole("ended_at"));

    private static JsonObject About(CustomerRun run, long amount, JsonObject entry)
    {
        var subscription = run.Subscriptions[0].Json;
        entry["kind"] = run.Script.Kind;
        entry["customer"] = run.Id;
        entry["customer_name"] = run.Script.Name;
        entry["subscription"] = subscription.Id();
        entry["ended_on"] = Calendar.Date(subscription.Whole("ended_at"));
        entry["amount"] = amount;
        entry["currency"] = run.Script.Currency;
        entry["amount_text"] = Amounts.Text(amount, run.Script.Currency);
        return entry;
    }
}
