using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>A bank does not hold money for good: what was not captured in time is canceled.</summary>
internal sealed class HoldExpiry : IDueWork
{
    public string Name => "payment_intent.expire";

    public string Kind => "payment_intent";

    public long? DueAt(JsonObject value) => value.Text("status") == "requires_capture" ? value[Capturing.HeldUntil]?.Whole() : null;

    public void Run(UnitOfWork unit, JsonObject value) => Capturing.Cancel(unit, unit.Edit(value.Id()), "automatic");
}
