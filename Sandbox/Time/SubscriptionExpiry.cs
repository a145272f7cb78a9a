using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>A subscription whose first invoice stays unpaid for 23 hours never begins.</summary>
internal sealed class SubscriptionExpiry : IDueWork
{
    private const long Seconds = 23 * 3_600;

    public string Name => "subscription.expire";

    public string Kind => "subscription";

    public long? DueAt(JsonObject value) => value.Text("status") == "incomplete" ? value.Whole("created") + Seconds : null;

    public void Run(UnitOfWork unit, JsonObject value)
    {
        unit.Edit(value.Id())["status"] = "incomplete_expired";
        if (unit.Find(value.Text("latest_invoice") ?? "") is { } first && first.Text("status") == "open")
        {
            Invoicing.Void(unit, unit.Edit(first.Id()));
        }
    }
}
