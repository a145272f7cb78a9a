using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Entries about invoices that rose, and about prorations.</summary>
internal static class TruthOfIncreases
{
    public static JsonObject Increase(CustomerRun run)
    {
        var (last, previous) = (run.Invoices[^1].Json, run.Invoices[^2].Json);
        var currency = run.Script.Currency;
        var difference = last.Whole("total") - previous.Whole("total");
        return new JsonObject
        {
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["cause"] = run.Script.Kind,
            ["invoice"] = last.Id(),
            ["previous_invoice"] = previous.Id(),
            ["invoice_number"] = last.Id("number"),
            ["previous_number"] = previous.Id("number"),
            ["status"] = last.Id("status"),
            ["currency"] = currency,
            ["total"] = last.Whole("total"),
            ["previous_total"] = previous.Whole("total"),
            ["difference"] = difference,
            ["total_text"] = Amounts.Text(last.Whole("total"), currency),
            ["previous_text"] = Amounts.Text(previous.Whole("total"), currency),
            ["difference_text"] = Amounts.Text(difference, currency),
            ["month"] = Calendar.Month(last.Whole("created")),
            ["date"] = Calendar.Date(last.Whole("created")),
            ["change_date"] = ChangeDate(run),
            ["lines"] = JsonFields.Array(last.Rows("lines").Select(line => Line(line, currency))),
            ["parts"] = Parts(last, previous, currency),
        };
    }

    /// <summary>One plan change with the invoice that bills it.</summary>
    public static JsonObject Upgrade(CustomerRun run)
    {
        var change = run.Subscriptions[0].Script.Changes[0];
        var invoice = run.Invoices.First(candidate => candidate.Json.Rows("lines").Any(IsProration)).Json;
        var lines = invoice.Rows("lines").Where(IsProration).ToList();
        var net = lines.Sum(line => line.Whole("amount"));
        return new JsonObject
        {
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["subscription"] = run.Subscriptions[0].Id,
            ["invoice"] = invoice.Id(),
            ["invoice_number"] = invoice.Id("number"),
            ["on_last_invoice"] = invoice.Id() == run.LastInvoice.Json.Id(),
            ["from_plan"] = Plan(run, run.Subscriptions[0].Script.Items[0].Plan),
            ["to_plan"] = Plan(run, change.Plan!),
            ["date"] = Calendar.Date(change.At),
            ["proration_date"] = change.At,
            ["currency"] = run.Script.Currency,
            ["credit"] = lines[0].Whole("amount"),
            ["debit"] = lines[1].Whole("amount"),
            ["net"] = net,
            ["credit_text"] = Amounts.Text(lines[0].Whole("amount"), run.Script.Currency),
            ["debit_text"] = Amounts.Text(lines[1].Whole("amount"), run.Script.Currency),
            ["net_text"] = Amounts.Text(net, run.Script.Currency),
        };
    }

    private static string? ChangeDate(CustomerRun run) => run.Subscriptions[0].Script.Changes is [var change, ..] ? Calendar.Date(change.At) : null;

    private static string Plan(CustomerRun run, string plan) => run.Books.Catalogue.Product(run.Subscriptions[0].Price(plan)).Id("name");

    private static JsonObject Line(JsonObject line, string currency) => new()
    {
        ["description"] = line.Text("description"),
        ["amount"] = line.Whole("amount"),
        ["amount_text"] = Amounts.Text(line.Whole("amount"), currency),
        ["proration"] = IsProration(line),
    };

    /// <summary>What the difference is made of; the parts that are not 0 add up to it.</summary>
    private static JsonArray Parts(JsonObject last, JsonObject previous, string currency)
    {
        (string Part, Func<JsonObject, long> Amount)[] measures =
        [
            ("proration", invoice => invoice.Rows("lines").Where(IsProration).Sum(line => line.Whole("amount"))),
            ("usage", invoice => invoice.Rows("lines").Where(IsUsage).Sum(line => line.Whole("amount"))),
            ("recurring", invoice => invoice.Rows("lines").Where(line => !IsProration(line) && !IsUsage(line)).Sum(line => line.Whole("amount"))),
            ("discount", invoice => -invoice.Rows("total_discount_amounts").Sum(off => off.Whole("amount"))),
            ("tax", invoice => invoice.Rows("total_taxes").Sum(tax => tax.Whole("amount"))),
        ];
        var parts = measures.Select(measure => (measure.Part, Amount: measure.Amount(last) - measure.Amount(previous)));
        return JsonFields.Array(parts.Where(part => part.Amount != 0).Select(part => new JsonObject
        {
            ["part"] = part.Part,
            ["amount"] = part.Amount,
            ["amount_text"] = Amounts.Text(part.Amount, currency),
        }));
    }

    private static bool IsProration(JsonObject line) => (bool)line["parent"]!["subscription_item_details"]!["proration"]!;

    /// <summary>Usage is billed for the period before the invoice, subscriptions for the one after.</summary>
    private static bool IsUsage(JsonObject line) => !IsProration(line) && line.Id("description").Contains("(Tier ", StringComparison.Ordinal);
}
