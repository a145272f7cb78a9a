using System.Runtime.CompilerServices;
using BillingCopilot.Agents.Prompts;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Tools;

/// <summary>
/// Below the tool loop, which can run every tool of the specialist: sends only those that the request needs, and
/// the one that asks for more.
/// </summary>
/// <param name="prompt">With the tools that this turn may use.</param>
internal sealed class OfferingChatClient(IChatClient inner, AgentPrompt prompt, ToolOffer offer) : DelegatingChatClient(inner)
{
    private readonly Dictionary<string, IReadOnlyList<(string Label, double Score)>> _compared = new(StringComparer.Ordinal);

    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] sent = [.. messages];
        return base.GetResponseAsync(sent, Trimmed(sent, options), cancellationToken);
    }

    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] sent = [.. messages];
        return base.GetStreamingResponseAsync(sent, Trimmed(sent, options), cancellationToken);
    }

    private ChatOptions? Trimmed(ChatMessage[] messages, ChatOptions? options)
    {
        if (options?.Tools is not { Count: > 0 } tools)
        {
            // The loop's last call, which must answer.
            return options;
        }

        var names = offer.For(prompt, messages, _compared);
        string[] rest = [.. prompt.Tools.Except(names)];
        var trimmed = options.Clone();
        trimmed.Tools = [.. tools.Where(t => names.Contains(t.Name)), .. rest.Length == 0 ? Array.Empty<AITool>() : [MoreTools.Create(rest, prompt.Body)]];
        return trimmed;
    }
}
