using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Tools;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Models.Traffic;

/// <summary>
/// Requests and answers of models in a folder, one file each, named by the hash of the redacted request: the model,
/// the messages, the tools with their schemas and the settings. A played back run needs no provider.
/// </summary>
public sealed partial class TrafficFolder(string path)
{
    /// <summary>The name of a request, and the request as it is written. To the second no two runs are alike, so instants don't count; days do.</summary>
    public static (string Name, JsonObject Request) Describe(string model, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var request = new JsonObject
        {
            ["model"] = model,
            ["temperature"] = options?.Temperature,
            ["max_output_tokens"] = options?.MaxOutputTokens,
            ["tools"] = new JsonArray([.. (options?.Tools ?? []).OfType<AIFunctionDeclaration>().Select(t => new JsonObject { ["name"] = t.Name, ["description"] = t.Description, ["schema"] = JsonNode.Parse(t.JsonSchema.GetRawText()) })]),
            ["messages"] = new JsonArray([.. messages.Select(m => JsonNode.Parse(StoredMessage.From(m).ToJson()))]),
        };
        var redacted = (JsonObject)ResultText.MapStrings(request, text => Redaction.CleanResult(text))!;
        return (TaskJournal.Digest(Instant().Replace(redacted.ToJsonString(ModelJson.Plain), "")), redacted);
    }

    public void Write(string name, JsonObject request, RecordedResponse response)
    {
        Directory.CreateDirectory(path);
        var document = new JsonObject { ["request"] = request.DeepClone(), ["response"] = ResultText.MapStrings(JsonSerializer.SerializeToNode(response, ModelJson.Plain), text => Redaction.Clean(text).Text) };
        var file = FileOf(name);
        var unfinished = $"{file}.{Environment.CurrentManagedThreadId}";
        File.WriteAllText(unfinished, document.ToJsonString(new JsonSerializerOptions(ModelJson.Plain) { WriteIndented = true }));
        File.Move(unfinished, file, overwrite: true);
    }

    /// <summary>The recorded answer.</summary>
    /// <exception cref="RecordingMissingException">This request was never recorded.</exception>
    public RecordedResponse Read(string name, JsonObject request)
    {
        var file = FileOf(name);
        if (!File.Exists(file))
        {
            throw new RecordingMissingException(path, name, LastOf(request));
        }

        return JsonNode.Parse(File.ReadAllText(file))?["response"].Deserialize<RecordedResponse>(ModelJson.Plain)
            ?? throw new RecordingMissingException(path, name, LastOf(request));
    }

    [GeneratedRegex(@"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", RegexOptions.CultureInvariant)]
    private static partial Regex Instant();

    private string FileOf(string name) => Path.Combine(path, name[..24] + ".json");

    private static string LastOf(JsonObject request)
    {
        var text = request["messages"]?.AsArray().LastOrDefault()?.ToJsonString(ModelJson.Plain) ?? "";
        return text.Length > 200 ? text[..200] + "…" : text;
    }
}

/// <summary>A model's answer as it is kept.</summary>
/// <param name="Notice">Says that another model stood in.</param>
public sealed record RecordedResponse(IReadOnlyList<StoredMessage> Messages, string? FinishReason, long InputTokens, long OutputTokens, string? Model, string? Notice)
{
    public static RecordedResponse From(ChatResponse response) => new(
        [.. response.Messages.Select(StoredMessage.From)],
        response.FinishReason?.Value,
        response.Usage?.InputTokenCount ?? 0,
        response.Usage?.OutputTokenCount ?? 0,
        response.ModelId,
        response.AdditionalProperties?.TryGetValue(Providers.FallbackChatClient.Notice, out var notice) == true ? notice as string : null);

    public ChatResponse ToResponse()
    {
        var response = new ChatResponse([.. Messages.Select(m => m.ToMessage())])
        {
            FinishReason = FinishReason is null ? null : new ChatFinishReason(FinishReason),
            ModelId = Model,
            Usage = new UsageDetails { InputTokenCount = InputTokens, OutputTokenCount = OutputTokens, TotalTokenCount = InputTokens + OutputTokens },
        };
        if (Notice is not null)
        {
            response.AdditionalProperties = new() { [Providers.FallbackChatClient.Notice] = Notice };
        }

        return response;
    }
}

/// <summary>A run that is played back asks something that was never recorded: the prompts, tools, code or data changed since.</summary>
public sealed class RecordingMissingException(string path, string name, string last)
    : Exception($"{path} holds no answer to this request ({name[..24]}): the prompts, tools, code or data changed since it was recorded. Record it again with --record. Its last message: {last}");
