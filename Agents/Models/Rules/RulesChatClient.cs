using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using CallContent = Microsoft.Extensions.AI.FunctionCallContent;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>
/// The model that needs no provider: it reads the messages and tools of a request, and nothing else, and answers
/// by the rules of the specialist that the system message names. Deterministic and without state.
/// </summary>
public sealed class RulesChatClient(RuleBook book) : IChatClient
{
    private readonly ConcurrentDictionary<string, IntentMatcher> _matchers = new(StringComparer.Ordinal);
    private static readonly ChatClientMetadata Metadata = new("rules");

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Respond(new Dialogue(messages), options));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? Metadata
        : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // Holds nothing; the tool loop disposes its inner client.
    }

    private ChatResponse Respond(Dialogue dialogue, ChatOptions? options)
    {
        if (dialogue.Specialist is not { } specialist || book.Find(specialist) is not { } rules)
        {
            return Said("I have no rules for this specialist.", "");
        }

        if (dialogue.DraftToCorrect is { } draft)
        {
            // It wrote only what tools returned; it has nothing better to say.
            return Said(draft, "");
        }

        var matcher = _matchers.GetOrAdd(specialist, _ => new IntentMatcher(rules));
        var understood = matcher.Match(dialogue);
        return understood.Declined
            ? Said("All right, I propose nothing.", rules.Footer)
            : understood.Intent is null
            ? Said(rules.Fallback, rules.Footer)
            : new RuleRun(dialogue, Entities(understood.Text, dialogue, matcher), [.. (options?.Tools ?? []).Select(t => t.Name)]).Next(understood.Intent) switch
            {
                RuleMove.CallTool call => new ChatResponse(new ChatMessage(ChatRole.Assistant, [new CallContent(call.Id, call.Tool, Arguments(call.Arguments))])) { FinishReason = ChatFinishReason.ToolCalls },
                RuleMove.Say say => Said(say.Text, rules.Footer),
                _ => throw new InvalidOperationException("A move is a call or an answer."),
            };
    }

    /// <summary>What the newest words name, completed by what the question before them named.</summary>
    private static JsonObject Entities(IReadOnlyList<string> texts, Dialogue dialogue, IntentMatcher matcher)
    {
        var entities = EntityReader.Read(texts[0], dialogue, matcher.IsWord);
        foreach (var earlier in texts.Skip(1).Select(t => EntityReader.Read(t, dialogue, matcher.IsWord)))
        {
            var named = entities["customer"] is not null || entities["customer_query"] is not null;
            foreach (var (name, value) in earlier.Where(p => entities[p.Key] is null && !(named && p.Key is "customer" or "customer_query")))
            {
                entities[name] = value?.DeepClone();
            }

            // Purpose and question are those of the question, not of the reply.
            foreach (var name in new[] { "question", "keywords", "refund_reason", "credit_reason", "disposition" })
            {
                entities[name] = earlier[name]?.DeepClone();
            }
        }

        return entities;
    }

    private static Dictionary<string, object?> Arguments(JsonObject arguments) => arguments.ToDictionary(a => a.Key, a => a.Value is JsonArray list ? list.DeepClone() : (object?)a.Value?.GetValue<string>());

    private static ChatResponse Said(string text, string footer) => new(new ChatMessage(ChatRole.Assistant, footer.Length == 0 ? text : $"{text}\n{footer}"))
    {
        FinishReason = ChatFinishReason.Stop,
        Usage = new UsageDetails { InputTokenCount = 0, OutputTokenCount = 0, TotalTokenCount = 0 },
    };
}
