using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>A pause of collection ends at the instant it was given.</summary>
internal sealed class CollectionResume : IDueWork
{
    public string Name => "subscription.resume_collection";

    public string Kind => "subscription";

    public long? DueAt(JsonObject value) => (long?)(value["pause_collection"] as JsonObject)?["resumes_at"];

    public void Run(UnitOfWork unit, JsonObject value) => unit.Edit(value.Id())["pause_collection"] = null;
}
