using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Prompts;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Coordination;

/// <summary>Asks a model which of a few specialists should take a question; it can only answer with one of their names.</summary>
public sealed class RouteArbiter(ChatModel model)
{
    /// <summary>The chosen candidate, or null when the answer is none of them (then the best guess stands).</summary>
    public async Task<string?> ChooseAsync(IChatClient client, string text, IReadOnlyList<AgentPrompt> candidates, CancellationToken cancellationToken)
    {
        if (model.IsRules)
        {
            return null;
        }

        ChatMessage[] messages =
        [
            new(ChatRole.System, $"You route billing questions. Answer with one word, one of: {string.Join(", ", candidates.Select(c => c.Name))}.\n{string.Join('\n', candidates.Select(c => $"{c.Name}: {c.Description}"))}"),
            new(ChatRole.User, text),
        ];
        var response = await client.GetResponseAsync(messages, new ChatOptions { Temperature = 0, MaxOutputTokens = 8 }, cancellationToken);
        return candidates.FirstOrDefault(c => response.Text.Contains(c.Name, StringComparison.OrdinalIgnoreCase))?.Name;
    }
}
