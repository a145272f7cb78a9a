using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>A subscription schedule starts, enters its next phase, or ends. Before renewals of the same second.</summary>
internal sealed class ScheduleProgress : IDueWork
{
    public string Name => "subscription_schedule.advance";

    public string Kind => "subscription_schedule";

    public long? DueAt(JsonObject value) => Schedules.Next(value);

    public void Run(UnitOfWork unit, JsonObject value) => Schedules.Advance(unit, unit.Edit(value.Id()));
}
