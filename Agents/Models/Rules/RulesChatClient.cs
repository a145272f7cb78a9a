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
        var several = ManyAsked.In(dialogue, new Readers(rules.Specialist, matcher, [.. book.All.Where(r => r != rules).Select(r => (r.Specialist, MatcherOf(r), dialogue.Beside.Contains(r.Specialist)))]));
        string[] tools = [.. (options?.Tools ?? []).Select(t => t.Name)];
        return (understood.Intent is not null || several is ManyAsked.All) && !understood.IsPart && !dialogue.IsPlaybook && Left(dialogue, rules, matcher, options) is { } left ? left
            : several is ManyAsked.All all ? AnswerAll(all, dialogue, matcher, rules, tools)
            : several is ManyAsked.OneOf one ? Answer(one.Understood, dialogue, matcher, rules, tools)
            : understood.Declined ? Said("All right, I propose nothing.", rules.Footer)
            : Answer(understood, dialogue, matcher, rules, tools);
    }

    private static ChatResponse Answer(Understood understood, Dialogue dialogue, IntentMatcher matcher, RuleSet rules, string[] tools) => understood.Intent is null
        ? Said(rules.Fallback, rules.Footer)
        : new RuleRun(dialogue, Entities(understood, dialogue, matcher), tools).Next(understood.Intent) switch
        {
            RuleMove.CallTool call => Called(call.Id, call.Tool, Arguments(call.Arguments)),
            RuleMove.Say say => Said(say.Whole, rules.Footer),
            _ => throw new InvalidOperationException("A move is a call or an answer."),
        };

    /// <summary>Each part by its own rules: what they read next in one round, and when all have read, their answers in the order asked.</summary>
    private static ChatResponse AnswerAll(ManyAsked.All all, Dialogue dialogue, IntentMatcher matcher, RuleSet rules, string[] tools)
    {
        var moves = all.Asks.Take(SeveralAsks.Most)
            .Select((ask, i) => ask.Intent is null
                ? new RuleMove.Say(ManyAsked.NotUnderstood(ask))
                : new RuleRun(dialogue, Entities(all.Read(ask), dialogue, matcher), tools, i).Next(ask.Intent))
            .ToList();
        var calls = moves.OfType<RuleMove.CallTool>().DistinctBy(c => (c.Tool, c.Arguments.ToJsonString())).ToList();
        return calls.Count == 0
            ? Said(ManyAsked.Joined(all.Asks, [.. moves.Cast<RuleMove.Say>()]), rules.Footer)
            : new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. calls.Select(c => (AIContent)new CallContent(c.Id, c.Tool, Arguments(c.Arguments)))])) { FinishReason = ChatFinishReason.ToolCalls };
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

        if (texts.Count > 1 && entities["charge_choice"] is not null)
        {
            // A reply that says which payment is meant stands for the place that the question gave.
            entities.Remove("charge_place");
        }

        TakeSubject(entities, understood, dialogue, matcher);
        return entities;
    }

    /// <summary>Whom and which invoice a part is about that names neither: what the nearest other part names. A proposal takes it only where the whole message names one.</summary>
    private static void TakeSubject(JsonObject entities, Understood understood, Dialogue dialogue, IntentMatcher matcher)
    {
        if (understood.Beside is not { Count: > 0 } beside || Subject.Any(s => entities[s] is not null))
        {
            return;
        }

        var named = beside.Select(t => EntityReader.Read(t, dialogue, matcher.IsWord)).Where(e => Subject.Any(s => e[s] is not null)).ToList();
        foreach (var read in named.Where(e => (e["number"] ?? e["invoice"]) is not null))
        {
            // The invoice says whose it is, better than what stands around its number.
            read.Remove("customer_query");
        }

        var one = Array.TrueForAll(Subject, s => named.Select(e => e[s]?.ToString()).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Count() <= 1);
        foreach (var (name, value) in (named.Count > 0 && (one || !Proposes(understood.Intent!)) ? named[0] : []).Where(p => Subject.Contains(p.Key)).ToList())
        {
            entities[name] = value?.DeepClone();
        }
    }

    private static bool Proposes(Intent intent) => intent.Steps.OfType<RuleStep.Call>().Any(c => c.Id == RuleRun.ProposalStep);

    private static readonly string[] Subject = ["customer", "customer_query", "invoice", "number", "charge"];

    private static Dictionary<string, object?> Arguments(JsonObject arguments) => arguments.ToDictionary(a => a.Key, a => a.Value is JsonArray list ? list.DeepClone() : (object?)a.Value?.GetValue<string>());

    private static ChatResponse Said(string text, string footer) => new(new ChatMessage(ChatRole.Assistant, footer.Length == 0 ? text : $"{text}\n{footer}"))
    {
        FinishReason = ChatFinishReason.Stop,
        Usage = new UsageDetails { InputTokenCount = 0, OutputTokenCount = 0, TotalTokenCount = 0 },
    };
}
