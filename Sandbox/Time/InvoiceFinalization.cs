using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>A draft that advances by itself is finalized an hour after it was made.</summary>
internal sealed class InvoiceFinalization : IDueWork
{
    /// <summary>Seconds a draft stays editable.</summary>
    public const long DraftSeconds = 3_600;

    public string Name => "invoice.finalize";

    public string Kind => "invoice";

    public long? DueAt(JsonObject value) => value.Text("status") == "draft" && (bool?)value["auto_advance"] == true
        ? (long?)value["automatically_finalizes_at"] ?? value.Whole("created") + DraftSeconds
        : null;

    public void Run(UnitOfWork unit, JsonObject value) => Invoicing.Finalize(unit, unit.Edit(value.Id()));
}
