using System.Text.Json;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.Proposals;

namespace BillingCopilot.Bot.Tasks;

/// <summary>An answer as a finished task keeps it. Proposals are not copied: they live, and are read, in Governance.</summary>
public sealed record StoredAnswer(
    string ConversationId,
    string TaskId,
    string Agent,
    string Text,
    IReadOnlyList<ToolCallView> Tools,
    IReadOnlyList<Receipt> Receipts,
    IReadOnlyList<Citation> Citations,
    IReadOnlyList<string> Unverified,
    string Model,
    int InputTokens,
    int OutputTokens,
    TurnSpent? Spent = null)
{
    public static string Write(TurnAnswer a) => JsonSerializer.Serialize(new StoredAnswer(
        a.ConversationId, a.TaskId, a.Agent, a.Text, a.Tools, a.Receipts, a.Citations, a.Unverified, a.Model, a.InputTokens, a.OutputTokens, a.Spent));

    public static TurnAnswer Read(string json, IReadOnlyList<ProposalView> proposals)
    {
        var s = JsonSerializer.Deserialize<StoredAnswer>(json)!;
        return new TurnAnswer(
            s.ConversationId, s.TaskId, s.Agent, s.Text, s.Tools, s.Receipts, s.Citations, proposals, s.Unverified, s.Model, s.InputTokens, s.OutputTokens) { Spent = s.Spent };
    }
}
