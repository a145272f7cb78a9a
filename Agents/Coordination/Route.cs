namespace BillingCopilot.Agents.Coordination;

/// <summary>How well a specialist fits a question.</summary>
/// <param name="Certainty">0 to 1; all specialists' together make at most 1.</param>
public sealed record RankedAgent(string Agent, double Certainty);

/// <summary>What the coordinator makes of a turn.</summary>
/// <param name="Ranked">All specialists, best first.</param>
public abstract record Route(IReadOnlyList<RankedAgent> Ranked)
{
    /// <summary>These take it, in this order: one mostly, several when the question spans them.</summary>
    public sealed record To(IReadOnlyList<string> Agents, IReadOnlyList<RankedAgent> Ranked) : Route(Ranked);

    /// <summary>Small talk, or nothing to do with billing: answered in a line.</summary>
    public sealed record None(string Answer, IReadOnlyList<RankedAgent> Ranked) : Route(Ranked);

    /// <summary>Could be one or the other: a model with a closed answer, or the asker, decides.</summary>
    public sealed record Unclear(IReadOnlyList<string> Candidates, IReadOnlyList<RankedAgent> Ranked) : Route(Ranked)
    {
        /// <summary>What the asker is asked where no model can choose; null: the first candidate is likely enough.</summary>
        public string? Answer { get; init; }
    }
}
