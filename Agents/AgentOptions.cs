using BillingCopilot.Agents.Models;

namespace BillingCopilot.Agents;

/// <summary>How the specialists work. Section <c>Agents</c>; the model has its own section <c>Model</c>.</summary>
public sealed class AgentOptions
{
    /// <summary>Folder that holds agents/, fragments/, playbooks/ and rules/. Default: <c>prompts</c> beside the program.</summary>
    public string PromptsPath { get; set; } = Path.Combine(AppContext.BaseDirectory, "prompts");

    /// <summary>Rounds of tool calls in a turn, after which the model must answer without tools. 1–20.</summary>
    public int MaxRounds { get; set; } = 8;

    /// <summary>Tool calls in a turn; those beyond are refused. 1–100.</summary>
    public int MaxCalls { get; set; } = 24;

    /// <summary>Earlier turns that are sent to the model again; of the last <see cref="HistoryTurnsWithTools"/> also the tool results. 0–50.</summary>
    public int HistoryTurns { get; set; } = 12;

    public int HistoryTurnsWithTools { get; set; } = 6;

    /// <summary>True in sandbox mode: a new prompt version is active at once.</summary>
    public bool ActivateNewPrompts { get; set; }

    public ModelOptions Model { get; set; } = new();

    /// <summary>What is wrong with the settings; empty when they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        if (MaxRounds is < 1 or > 20)
        {
            yield return $"Agents:MaxRounds is {MaxRounds}; allowed: 1 to 20.";
        }

        if (MaxCalls is < 1 or > 100)
        {
            yield return $"Agents:MaxCalls is {MaxCalls}; allowed: 1 to 100.";
        }

        if (HistoryTurns is < 0 or > 50 || HistoryTurnsWithTools < 0 || HistoryTurnsWithTools > HistoryTurns)
        {
            yield return "Agents:HistoryTurns must be 0 to 50, and HistoryTurnsWithTools not more than it.";
        }

        foreach (var problem in Model.Problems())
        {
            yield return problem;
        }
    }
}
