using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Entries about what is settled and still to come.</summary>
internal static class TruthOfComing
{
    public static JsonObject Payment(CustomerRun run) => About(run, new JsonObject
    {
        ["invoice"] = run.LastInvoice.Json.Id(),
        ["invoice_number"] = run.LastInvoice.Json.Id("number"),
        ["payment_intent"] = run.LastInvoice.Intent!.Id(),
        ["charge"] = run.LastInvoice.Charges[^1].Id(),
        ["method"] = run.Script.BankDebit,
        ["amount"] = run.LastInvoice.Json.Whole("amount_due"),
        ["currency"] = run.Script.Currency,
        ["amount_text"] = Amounts.Text(run.LastInvoice.Json.Whole("amount_due"), run.Script.Currency),
        ["date"] = Calendar.Date(run.LastInvoice.Charges[^1].Whole("created")),
    });

    public static JsonObject Trial(CustomerRun run) => About(run, new JsonObject
    {
        ["plan"] = Plan(run, run.Subscriptions[0].Items[0].Price),
        ["trial_end"] = run.Subscriptions[0].Json.Whole("trial_end"),
        ["date"] = Calendar.Date(run.Subscriptions[0].Json.Whole("trial_end")),
        ["invoice"] = run.LastInvoice.Json.Id(),
        ["amount"] = run.Subscriptions[0].Items[0].Amount,
        ["currency"] = run.Script.Currency,
        ["amount_text"] = Amounts.Text(run.Subscriptions[0].Items[0].Amount, run.Script.Currency),
    });

    public static JsonObject End(CustomerRun run) => About(run, new JsonObject
    {
        ["asked_on"] = Calendar.Date(run.Subscriptions[0].Script.EndRequest!.At),
        ["period_end"] = run.Subscriptions[0].Period.End,
        ["date"] = Calendar.Date(run.Subscriptions[0].Period.End),
    });

    public static JsonObject Ahead(CustomerRun run) => About(run, new JsonObject
    {
        ["from_plan"] = Plan(run, run.Subscriptions[0].Items[0].Price),
        ["to_plan"] = Plan(run, run.Subscriptions[0].Price(run.Subscriptions[0].Script.PlanAhead!.Plan)),
        ["schedule"] = run.Books.Objects.First(value => value.Text("object") == "subscription_schedule").Id(),
        ["period_end"] = run.Subscriptions[0].Period.End,
        ["date"] = Calendar.Date(run.Subscriptions[0].Period.End),
    });

    private static JsonObject About(CustomerRun run, JsonObject entry)
    {
        entry["kind"] = run.Script.Kind;
        entry["customer"] = run.Id;
        entry["customer_name"] = run.Script.Name;
        entry["subscription"] = run.Subscriptions[0].Id;
        return entry;
    }

    private static string Plan(CustomerRun run, JsonObject price) => run.Books.Catalogue.Product(price).Id("name");
}
