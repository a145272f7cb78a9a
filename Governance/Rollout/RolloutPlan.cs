using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Configuration;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Governance.Rollout;

/// <summary>How far an operation is let.</summary>
public enum RolloutPhase
{
    /// <summary>Nothing can be proposed, approved or started.</summary>
    ReadOnly,

    /// <summary>Models propose, people decide.</summary>
    Assisted,
}

/// <summary>The phase of each operation. What is not listed is read-only.</summary>
public sealed class RolloutPlan(IReadOnlyDictionary<string, RolloutPhase> phases)
{
    public RolloutPhase PhaseOf(string operation) => phases.GetValueOrDefault(operation, RolloutPhase.ReadOnly);

    /// <summary>Why nothing may be done with this operation now, or null.</summary>
    internal Refusal? Refuse(string operation) => PhaseOf(operation) == RolloutPhase.ReadOnly
        ? new Refusal("read_only", $"{operation} is switched off: its rollout phase is read_only.", "An admin can set it to 'assisted' in rollout.yaml.")
        : null;

    internal static RolloutPlan Read(ConfigMap file, OperationCatalog catalog)
    {
        var operations = file.Allow("operations").Get("operations").Map.Allow("operation", [.. catalog.All.Select(d => d.Name)]);
        return new RolloutPlan(operations.Entries.ToDictionary(e => e.Key, ReadPhase, StringComparer.Ordinal));
    }

    private static RolloutPhase ReadPhase(ConfigNode node) => node.Text == "automated"
        ? throw node.Fault("the phase 'automated' needs a signed standing approval, which this version does not have. Allowed: read_only, assisted.")
        : WireName.Parse<RolloutPhase>(node.OneOf(["read_only", "assisted"], "phase"));
}
