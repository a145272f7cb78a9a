using BillingCopilot.Billing;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Tools;

/// <summary>What a tool does to the world. A tool that declares nothing stops the start-up.</summary>
public enum ToolEffect
{
    /// <summary>Reads only.</summary>
    Read,

    /// <summary>Records a proposal; changes nothing outside.</summary>
    Propose,
}

/// <summary>Declares a read tool's effect; required on every method that is a tool.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToolEffectAttribute(ToolEffect effect) : Attribute
{
    public ToolEffect Effect { get; } = effect;
}

/// <summary>What a tool says when it can't answer: goes to the model as <c>{"error": …}</c>.</summary>
public sealed record ToolFailure(Refusal Error);

/// <summary>For whom a tool reads, chosen by code and never by the model.</summary>
/// <param name="Tenant">Whose account.</param>
/// <param name="Agent">Specialist's name, which picks its restricted key.</param>
/// <param name="Asker">The person at the keyboard; null where there is none: a playbook's task.</param>
public sealed record ToolScope(TenantContext Tenant, string Agent, Person? Asker);
