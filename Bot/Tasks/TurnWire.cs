using BillingCopilot.Agents.Turns;

namespace BillingCopilot.Bot.Tasks;

/// <summary>The events of a turn under their names on the wire.</summary>
public static class TurnWire
{
    public const string Answer = "answer";
    public const string Failed = "failed";

    public static (string Name, object Data) Of(TurnEvent e) => e switch
    {
        TurnEvent.Routed x => ("routed", x),
        TurnEvent.ToolStarted x => ("tool_started", x),
        TurnEvent.ToolFinished x => ("tool_finished", x),
        TurnEvent.Sentence x => ("sentence", x),
        TurnEvent.Proposed x => ("proposed", x.Proposal),
        TurnEvent.Finished x => (Answer, x.Answer),
        TurnEvent.Stopped x => (Failed, new { code = "model_failed", message = x.Message }),
        _ => throw new InvalidOperationException($"No wire name for {e.GetType().Name}."),
    };

    /// <summary>A turn that ended without an answer and without saying why.</summary>
    public static (string Name, object Data) Over { get; } = (Failed, new { code = "turn_failed", message = TurnFailedException.Words });

    /// <summary>True for the last event of a stream.</summary>
    public static bool IsLast(string name) => name is Answer or Failed;
}
