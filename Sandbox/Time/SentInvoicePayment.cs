using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>The customer pays an invoice that was sent, when the world says so.</summary>
internal sealed class SentInvoicePayment : IDueWork
{
    /// <summary>Unix seconds, noted on the invoice when it is sent. Never shown.</summary>
    public const string PaysAt = "_pays_at";

    public string Name => "invoice.paid_by_customer";

    public string Kind => "invoice";

    public IEnumerable<JsonObject> Candidates(AccountState account) => account.Where("invoice", "status", "open");

    public long? DueAt(JsonObject value) => value.Text("status") == "open" ? (long?)value[PaysAt] : null;

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var invoice = unit.Edit(value.Id());
        invoice.Remove(PaysAt);
        Payers.Pay(unit, invoice);
    }
}
