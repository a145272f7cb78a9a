using System.Runtime.CompilerServices;
using BillingCopilot.Agents.Prompts;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Tools;

/// <summary>
/// Below the tool loop, which can run every tool of the specialist: sends those that the request needs most, as far as
/// there is room for their schemas, and the one that asks for more.
/// </summary>
/// <param name="prompt">With the tools that this turn may use.</param>
internal sealed class OfferingChatClient(IChatClient inner, AgentPrompt prompt, ToolOffer offer) : DelegatingChatClient(inner)
{
    /// <summary>Tokens (o200k) of tool schemas in a request, at most: only the tools that the turn itself called may pass it.</summary>
    internal const int MostTokens = 1_500;

    /// <summary>Of them kept for the tool that asks for more.</summary>
    internal const int OfMoreTools = 60;

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

        var names = Fitting(offer.Ranked(prompt, messages, _compared), tools);
        string[] rest = [.. prompt.Tools.Except(names)];
        var trimmed = options.Clone();
        trimmed.Tools = [.. tools.Where(t => names.Contains(t.Name)), .. rest.Length == 0 ? Array.Empty<AITool>() : [MoreTools.Create(rest, prompt.Body)]];
        return trimmed;
    }

    /// <summary>A tool that has no room is passed over: a smaller one after it may still have.</summary>
    private static HashSet<string> Fitting(IReadOnlyList<OfferedTool> ranked, IList<AITool> tools)
    {
        var byName = tools.OfType<BoundTool>().ToDictionary(t => t.Name, StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var room = MostTokens - OfMoreTools;
        foreach (var (name, kept) in ranked)
        {
            if (byName.TryGetValue(name, out var tool) && (kept || tool.Tokens <= room))
            {
                names.Add(name);
                room -= tool.Tokens;
            }
        }

        return names;
    }
}
