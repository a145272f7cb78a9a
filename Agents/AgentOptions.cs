using BillingCopilot.Agents.Models;

namespace BillingCopilot.Agents;

/// <summary>How the specialists work. Section <c>Agents</c>; the model has its own section <c>Model</c>.</summary>
public sealed class AgentOptions
{
    /// <summary>Folder that holds agents/, fragments/, playbooks/ and rules/. Default: <c>prompts</c> beside the program.</summary>
    public string PromptsPath { get; set; } = Path.Combine(AppContext.BaseDirectory, "prompts");

    /// <summary>What one turn may use.</summary>
    public TurnLimits Limits { get; set; } = new();

    /// <summary>True in sandbox mode: a new prompt version is active at once.</summary>
    public bool ActivateNewPrompts { get; set; }

    public ModelOptions Model { get; set; } = new();

    /// <summary>What is wrong with the settings; empty when they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var problem in Limits.Problems().Concat(Model.Problems()))
        {
            yield return problem;
        }
    }
}
