using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Providers;
using BillingCopilot.Agents.Prompts;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Coordination;

/// <summary>Asks a model which of the specialists should take a question. It can only answer with their names, or with none.</summary>
public sealed class RouteArbiter(ChatModel model)
{
    /// <summary>Answer for what is none of the specialists' business.</summary>
    public const string None = "none";

    /// <summary>Version of the instruction below; its hash tells the wording with the candidates' descriptions.</summary>
    public const int PromptVersion = 1;

    /// <summary>What a model made of it.</summary>
    /// <param name="Agents">The chosen candidates, in the model's order; empty when it is none of theirs.</param>
    public sealed record Choice(IReadOnlyList<string> Agents);

    /// <summary>Room for a model that thinks before it names them.</summary>
    private const int MostTokens = 400;

    /// <summary>The model's choice, null when it gave none that can be read (then the best guess stands), and what it used.</summary>
    public async Task<(Choice? Choice, UsageDetails? Usage)> ChooseAsync(IChatClient client, string text, IReadOnlyList<AgentPrompt> candidates, CancellationToken cancellationToken)
    {
        if (model.IsRules)
        {
            return default;
        }

        ChatMessage[] messages =
        [
            new(ChatRole.System, InstructionFor(candidates)),
            new(ChatRole.User, text),
        ];
        var format = ChatResponseFormat.ForJsonSchema(Schema(candidates), "route", "Who takes the question.");
        var response = await client.GetResponseAsync(messages, new ChatOptions { Temperature = 0, MaxOutputTokens = MostTokens, ResponseFormat = format }, cancellationToken);
        return (Read(response.Text, [.. candidates.Select(c => c.Name)]), response.Usage);
    }

    /// <summary>What the model is told.</summary>
    public static string InstructionFor(IReadOnlyList<AgentPrompt> candidates) => $$"""
        You route questions about billing. Answer with JSON only, such as {"agents":["{{candidates[0].Name}}"]}: the names of those who should take it, mostly one, two only where it asks two different things; ["none"] where it has nothing to do with the billing of customers.
        {{string.Join('\n', candidates.Select(c => $"{c.Name}: {c.Description}"))}}
        """;

    /// <summary>The names in the answer's JSON; a model that knows no schemas may wrap it in words.</summary>
    internal static Choice? Read(string answer, IReadOnlyList<string> names)
    {
        var (start, end) = (answer.IndexOf('{', StringComparison.Ordinal), answer.LastIndexOf('}'));
        try
        {
            var listed = start >= 0 && end > start && JsonNode.Parse(answer[start..(end + 1)])?["agents"] is JsonArray array
                ? array.Select(n => n?.ToString() ?? "").ToArray()
                : [answer.Trim().Trim('"', '.', '`').ToLowerInvariant()];
            string[] chosen = [.. names.Where(n => listed.Contains(n, StringComparer.OrdinalIgnoreCase))];
            return chosen.Length > 0 ? new Choice(chosen)
                : listed.Contains(None, StringComparer.OrdinalIgnoreCase) ? new Choice([])
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement Schema(IReadOnlyList<AgentPrompt> candidates) => JsonSerializer.SerializeToElement(new JsonObject
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["agents"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. candidates.Select(c => JsonValue.Create(c.Name)), JsonValue.Create(None)]) },
            },
        },
        ["required"] = new JsonArray("agents"),
        ["additionalProperties"] = false,
    });
}

/// <summary>
/// Where the model that routes does not answer, the best guess takes the question: a turn does not fail for it. The
/// answer that stands for it is journaled, so that a resumed task goes to the same specialist.
/// </summary>
internal sealed class UnansweredRouteChatClient(IChatClient inner) : WholeAnswerChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.GetResponseAsync(messages, options, cancellationToken);
        }
        catch (ModelException e)
        {
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, "no answer"))
            {
                AdditionalProperties = new AdditionalPropertiesDictionary { [FallbackChatClient.Notice] = $"{e.Model} did not answer ({e.Reason}); who takes the question was guessed." },
            };
        }
    }
}
