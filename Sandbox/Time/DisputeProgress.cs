using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>A dispute without evidence lapses on its due date; one with evidence is decided by the issuer.</summary>
internal sealed class DisputeProgress : IDueWork
{
    private const long LatestDecision = 90 * Balances.Day;

    public string Name => "dispute.progress";

    public string Kind => "dispute";

    public long? DueAt(JsonObject value) =>
        Disputing.AwaitsEvidence(value) ? value["evidence_details"]!["due_by"]!.Whole() + 1
        : Disputing.AwaitsDecision(value) ? value[Disputing.DecisionAt]?.Whole() ?? value.Whole("created") + LatestDecision
        : null;

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var dispute = unit.Edit(value.Id());
        if (Disputing.AwaitsEvidence(dispute))
        {
            Disputing.Lapse(unit, dispute);
        }
        else
        {
            Disputing.Decide(unit, dispute);
        }
    }
}
