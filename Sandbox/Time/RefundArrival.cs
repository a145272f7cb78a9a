using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>A pending refund succeeds; one that waits for its customer too long fails.</summary>
internal sealed class RefundArrival : IDueWork
{
    public string Name => "refund.settle";

    public string Kind => "refund";

    public long? DueAt(JsonObject value) =>
        value.Text("status") == "pending" ? value[RefundSteps.SucceedsAt]?.Whole() : RefundSteps.ExpiresAt(value);

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var refund = unit.Edit(value.Id());
        if (refund.Text("status") == "pending")
        {
            RefundSteps.Succeed(unit, refund);
        }
        else
        {
            RefundSteps.Expire(unit, refund);
        }
    }
}
