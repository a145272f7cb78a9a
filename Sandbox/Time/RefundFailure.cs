using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>The bank sends a refund back, as with Stripe's card for it.</summary>
internal sealed class RefundFailure : IDueWork
{
    public string Name => "refund.fail";

    public string Kind => "refund";

    public long? DueAt(JsonObject value) => value.Text("status") == "succeeded" ? value[Refunding.FailsAt]?.Whole() : null;

    public void Run(UnitOfWork unit, JsonObject value) => RefundSteps.Fail(unit, unit.Edit(value.Id()));
}
