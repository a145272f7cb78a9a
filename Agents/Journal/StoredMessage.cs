using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Tools;
using Microsoft.Extensions.AI;
using CallContent = Microsoft.Extensions.AI.FunctionCallContent;
using ResultContent = Microsoft.Extensions.AI.FunctionResultContent;

namespace BillingCopilot.Agents.Journal;

/// <summary>A chat message as it is kept: our own form, so that a package's update can't make history unreadable.</summary>
public sealed record StoredMessage(string Role, string? Text, IReadOnlyList<StoredCall>? Calls, IReadOnlyList<StoredResult>? Results)
{
    public static StoredMessage From(ChatMessage message) => new(
        message.Role.Value,
        message.Text.Length == 0 ? null : message.Text,
        NullIfEmpty(message.Contents.OfType<CallContent>().Select(c => new StoredCall(c.CallId, c.Name, ArgumentsOf(c)))),
        NullIfEmpty(message.Contents.OfType<ResultContent>().Select(r => new StoredResult(r.CallId, ResultText(r)))));

    public ChatMessage ToMessage()
    {
        List<AIContent> contents = Text is null ? [] : [new Microsoft.Extensions.AI.TextContent(Text)];
        contents.AddRange((Calls ?? []).Select(c => new CallContent(c.Id, c.Name, c.Arguments.ToDictionary(p => p.Key, p => (object?)p.Value?.DeepClone()))));
        contents.AddRange((Results ?? []).Select(r => new ResultContent(r.Id, r.Json)));
        return new ChatMessage(new ChatRole(Role), contents);
    }

    public string ToJson() => JsonSerializer.Serialize(this, ModelJson.Plain);

    public static StoredMessage FromJson(string json) => JsonSerializer.Deserialize<StoredMessage>(json, ModelJson.Plain)
        ?? throw new InvalidOperationException("A stored message is empty.");

    /// <summary>Result of a call as text, whatever the client made of it.</summary>
    public static string ResultText(ResultContent result) => result.Result switch
    {
        null => "null",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } element => element.GetString()!,
        var other => JsonSerializer.Serialize(other, AIJsonUtilities.DefaultOptions),
    };

    private static JsonObject ArgumentsOf(CallContent call) =>
        (JsonObject)JsonSerializer.SerializeToNode(call.Arguments ?? new Dictionary<string, object?>(), AIJsonUtilities.DefaultOptions)!;

    private static T[]? NullIfEmpty<T>(IEnumerable<T> items) => items.ToArray() is { Length: > 0 } some ? some : null;
}

public sealed record StoredCall(string Id, string Name, JsonObject Arguments);

public sealed record StoredResult(string Id, string Json);
