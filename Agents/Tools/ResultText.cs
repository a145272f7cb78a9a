using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Handles;

namespace BillingCopilot.Agents.Tools;

/// <summary>Changes the texts inside a JSON document.</summary>
internal static class ResultText
{
    /// <summary>What stands for a raw id that somebody wrote into a memo or a name: it must not become a handle.</summary>
    private const string RemovedId = "[id]";

    public static string WithoutRawIds(string json) => TypedReferences.RawIdsIn(json).Any()
        ? MapStrings(json, text => TypedReferences.RawIdsIn(text).Reverse().Aggregate(text, (t, m) => t.Remove(m.Index, m.Length).Insert(m.Index, RemovedId)))
        : json;

    public static string MapStrings(string json, Func<string, string> map) =>
        Map(JsonNode.Parse(json), map)?.ToJsonString(ModelJson.Plain) ?? "null";

    private static JsonNode? Map(JsonNode? node, Func<string, string> map) => node switch
    {
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, Map(p.Value, map)))),
        JsonArray a => new JsonArray([.. a.Select(i => Map(i, map))]),
        JsonValue v when v.GetValueKind() == JsonValueKind.String => JsonValue.Create(map(v.GetValue<string>())),
        _ => node?.DeepClone(),
    };
}
