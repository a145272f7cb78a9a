using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Models.Providers;
using BillingCopilot.Agents.Tools;
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
        var response = Respond(new Dialogue(messages), options);
        ModelAttempts.Tell(new ModelAttempt(ModelFactory.Rules, response, null));
        return Task.FromResult(response);
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

        var matcher = MatcherOf(rules);
        var understood = matcher.Match(dialogue);
        return understood is { Intent: not null, IsPart: false } && !dialogue.IsPlaybook && Left(dialogue, rules, matcher, options) is { } left ? left
            : understood.Declined
            ? Said("All right, I propose nothing.", rules.Footer)
            : understood.Intent is null
            ? Said(rules.Fallback, rules.Footer)
            : new RuleRun(dialogue, Entities(understood, dialogue, matcher), [.. (options?.Tools ?? []).Select(t => t.Name)]).Next(understood.Intent) switch
            {
                RuleMove.CallTool call => Called(call.Id, call.Tool, Arguments(call.Arguments)),
                RuleMove.Say say => Said(say.Text, rules.Footer),
                _ => throw new InvalidOperationException("A move is a call or an answer."),
            };
    }

    private IntentMatcher MatcherOf(RuleSet rules) => _matchers.GetOrAdd(rules.Specialist, _ => new IntentMatcher(rules));

    /// <summary>The call that leaves a part of the question to whose work it is, before the own part is answered; once, whether it is taken or refused.</summary>
    private ChatResponse? Left(Dialogue dialogue, RuleSet rules, IntentMatcher matcher, ChatOptions? options)
    {
        var (call, more) = ($"rules_{dialogue.TurnKey}_{HandOver.Name}", $"rules_{dialogue.TurnKey}_{HandOver.Name}_more");
        var open = (options?.Tools ?? []).Select(t => t.Name).Intersect([HandOver.Name, MoreTools.Name]).Order(StringComparer.Ordinal).FirstOrDefault();
        return dialogue.TurnCalls.Any(c => c.CallId == call || (open == MoreTools.Name && c.CallId == more))
            || matcher.PartForAnother(dialogue.Asked, book.All.Where(r => r != rules).Select(r => (r.Specialist, MatcherOf(r)))) is not { } part ? null
            : open switch
            {
                HandOver.Name => Called(call, HandOver.Name, new() { [HandOver.To] = part.To, [HandOver.What] = part.What }),
                MoreTools.Name => Called(more, MoreTools.Name, new() { [MoreTools.Argument] = HandOver.Name }),
                _ => null,
            };
    }

    private static ChatResponse Called(string id, string tool, Dictionary<string, object?> arguments) =>
        new(new ChatMessage(ChatRole.Assistant, [new CallContent(id, tool, arguments)])) { FinishReason = ChatFinishReason.ToolCalls };

    /// <summary>What the newest words name, completed by what the question before them named.</summary>
    private static JsonObject Entities(Understood understood, Dialogue dialogue, IntentMatcher matcher)
    {
        var texts = understood.Text;
        var entities = EntityReader.Read(texts[0], dialogue, matcher.IsWord);
        foreach (var earlier in texts.Skip(1).Select(t => EntityReader.Read(t, dialogue, matcher.IsWord)))
        {
            var named = entities["customer"] is not null || entities["customer_query"] is not null;
            foreach (var (name, value) in earlier.Where(p => entities[p.Key] is null && !(named && p.Key is "customer" or "customer_query")))
            {
                entities[name] = value?.DeepClone();
            }

            // Purpose and question are those of the question, not of the reply.
            foreach (var name in understood.IsPart ? [] : new[] { "question", "keywords", "refund_reason", "credit_reason", "disposition" })
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
