using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>The bank gives the money of a top-up, or refuses it, on the day it was expected.</summary>
internal sealed class TopupProgress : IDueWork
{
    public string Name => "topup.arrive";

    public string Kind => "topup";

    public long? DueAt(JsonObject value) => value.Text("status") == "pending" ? value.Whole("expected_availability_date") : null;

    public void Run(UnitOfWork unit, JsonObject value) => TopupEndpoints.Arrive(unit, unit.Edit(value.Id()));
}
