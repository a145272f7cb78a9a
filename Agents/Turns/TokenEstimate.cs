using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Turns;

/// <summary>
/// What a request and its answer take in tokens, where the server doesn't say: a token for each three characters,
/// which is more than text in European languages has.
/// </summary>
internal static class TokenEstimate
{
    private const int CharactersOfToken = 3;

    /// <summary>The usage as reported, with an estimate in place of what is missing or 0.</summary>
    public static UsageDetails Completed(UsageDetails? reported, IReadOnlyList<ChatMessage> sent, ChatOptions? options, ChatResponse response)
    {
        var usage = reported ?? new UsageDetails();
        usage.InputTokenCount = usage.InputTokenCount is > 0 and var input ? input : Of(sent) + OfTools(options);
        usage.OutputTokenCount = usage.OutputTokenCount is > 0 and var output ? output : Of(response.Messages);
        return usage;
    }

    private static long Of(IEnumerable<ChatMessage> messages) => messages.SelectMany(m => m.Contents).Sum(Characters) / CharactersOfToken;

    private static long Characters(AIContent content) => content switch
    {
        TextContent text => text.Text.Length,
        FunctionCallContent call => call.Name.Length + (call.Arguments?.Sum(a => a.Key.Length + (a.Value?.ToString()?.Length ?? 0)) ?? 0),
        FunctionResultContent result => result.Result?.ToString()?.Length ?? 0,
        _ => 0L,
    };

    /// <summary>Of the tools a request carries no more than it has room for.</summary>
    private static long OfTools(ChatOptions? options) =>
        Math.Min(Tools.OfferingChatClient.MostTokens, (options?.Tools ?? []).OfType<AIFunctionDeclaration>().Sum(t => t.Name.Length + t.Description.Length + t.JsonSchema.GetRawText().Length) / CharactersOfToken);
}
