namespace BillingCopilot.Agents.Turns;

/// <summary>Where an answer is read: named to the model, which suits its tone to it (prompts/fragments/channels.md).</summary>
public static class Channels
{
    public const string Console = "console";
    public const string Terminal = "terminal";
    public const string Api = "api";

    /// <summary>A webhook or a schedule: nobody asked.</summary>
    public const string Event = "event";

    /// <summary>What a program that hands questions on may name as its channel.</summary>
    public static IReadOnlyList<string> Named { get; } = [Api, "teams", "slack", "mail"];
}
