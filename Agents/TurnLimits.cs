namespace BillingCopilot.Agents;

/// <summary>What one question may use before it is ended, and what of a conversation is sent again. Section <c>Agents</c>.</summary>
public sealed class TurnLimits
{
    /// <summary>Rounds of tool calls in a turn, over all its specialists and their corrections, after which a model must answer without tools. 1–20.</summary>
    public int MaxRounds { get; set; } = 12;

    /// <summary>Tool calls in a turn; those beyond are refused. 1–100.</summary>
    public int MaxCalls { get; set; } = 24;

    /// <summary>Tokens, sent and written, after which a turn ends; 1,000 to 10,000,000. Estimated where a server reports none.</summary>
    public int MaxTokens { get; set; } = 200_000;

    /// <summary>Seconds after which a turn asks no model again, and an answer under way is broken off; 1 to 3,600.</summary>
    public int MaxSeconds { get; set; } = 600;

    /// <summary>US dollars after which a turn ends, by the prices of <c>Model</c>; null: no limit. Not counted where a price is not known.</summary>
    public decimal? MaxCost { get; set; }

    /// <summary>Earlier turns that are sent to the model again; of the last <see cref="HistoryTurnsWithTools"/> also the tool results. 0–50.</summary>
    public int HistoryTurns { get; set; } = 12;

    public int HistoryTurnsWithTools { get; set; } = 6;

    /// <summary>What is wrong with them; empty when they can be used.</summary>
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

        if (MaxTokens is < 1_000 or > 10_000_000)
        {
            yield return $"Agents:MaxTokens is {MaxTokens}; allowed: 1000 to 10000000.";
        }

        if (MaxSeconds is < 1 or > 3_600)
        {
            yield return $"Agents:MaxSeconds is {MaxSeconds}; allowed: 1 to 3600.";
        }

        if (MaxCost <= 0)
        {
            yield return $"Agents:MaxCost is {MaxCost}; give dollars, more than 0, or leave it out.";
        }

        if (HistoryTurns is < 0 or > 50 || HistoryTurnsWithTools < 0 || HistoryTurnsWithTools > HistoryTurns)
        {
            yield return "Agents:HistoryTurns must be 0 to 50, and HistoryTurnsWithTools not more than it.";
        }
    }
}
