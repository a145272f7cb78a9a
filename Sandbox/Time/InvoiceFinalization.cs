using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>A draft that advances by itself is finalized an hour after it was made, and sent if that is how it is collected.</summary>
internal sealed class InvoiceFinalization : IDueWork
{
    public string Name => "invoice.finalize";

    public string Kind => "invoice";

    public IEnumerable<JsonObject> Candidates(AccountState account) => account.Where("invoice", "status", "draft");

    public long? DueAt(JsonObject value) => value.Text("status") == "draft" && (bool?)value["auto_advance"] == true
        ? (long?)value["automatically_finalizes_at"] ?? value.Whole("created") + Invoicing.DraftSeconds
        : null;

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var invoice = unit.Edit(value.Id());
        Invoicing.Finalize(unit, invoice);
        if (invoice.Text("status") != "open")
        {
            return;
        }

        switch (Subscriptions.Of(unit, invoice)?.TextAt("pause_collection.behavior"))
        {
            case "void":
                Invoicing.Void(unit, invoice);
                break;
            case "mark_uncollectible":
                Invoicing.MarkUncollectible(unit, invoice);
                break;
            default:
                Collect(unit, invoice);
                break;
        }
    }

    private static void Collect(UnitOfWork unit, JsonObject invoice)
    {
        if (invoice.Text("collection_method") != "send_invoice")
        {
            invoice["next_payment_attempt"] = unit.Now;
            return;
        }

        unit.Raise("invoice.sent", invoice.Id());
        if (PaymentBehaviour.Of(unit.State, invoice.Id("customer")).PaysSentAfter is { } seconds)
        {
            invoice[SentInvoicePayment.PaysAt] = unit.Now + seconds;
        }
    }
}
