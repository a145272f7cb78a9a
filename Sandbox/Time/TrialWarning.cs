using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>Three days before a trial ends, or at once when it is shorter, an event says so.</summary>
internal sealed class TrialWarning : IDueWork
{
    private const long Seconds = 3 * 86_400;
    private const string Told = "_trial_end_told";

    public string Name => "subscription.trial_will_end";

    public string Kind => "subscription";

    public long? DueAt(JsonObject value) =>
        value.Text("status") == "trialing" && value["trial_end"] is not null && (long?)value[Told] != value.Whole("trial_end")
            ? Math.Max(value.Whole("trial_end") - Seconds, value.Whole("trial_start"))
            : null;

    public void Run(UnitOfWork unit, JsonObject value)
    {
        unit.Edit(value.Id())[Told] = value.Whole("trial_end");
        unit.Raise("customer.subscription.trial_will_end", value.Id());
    }
}
