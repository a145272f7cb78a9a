using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Tools;

/// <summary>Changes the texts inside a JSON document.</summary>
internal static class ResultText
{
    /// <summary>
    /// A result as a model may see it. A raw id that somebody wrote into a memo or a name must not become a handle,
    /// and cards, secrets, links and addresses stay out.
    /// </summary>
    public static string Redacted(string json) => MapStrings(json, RedactedText, keys: true);

    private static string RedactedText(string text)
    {
        var clean = Redaction.CleanResult(text);
        return TypedReferences.RawIdsIn(clean).Reverse().Aggregate(clean, (t, m) => t.Remove(m.Index, m.Length).Insert(m.Index, TypedReferences.RemovedId));
    }

    /// <param name="keys">Names of properties too: a dictionary's may be somebody's words.</param>
    public static string MapStrings(string json, Func<string, string> map, bool keys = false) =>
        MapStrings(JsonNode.Parse(json), map, keys)?.ToJsonString(ModelJson.Plain) ?? "null";

    public static JsonNode? MapStrings(JsonNode? node, Func<string, string> map, bool keys = false) => node switch
    {
        // Two names may become one when something is taken out of both; the first keeps its value.
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(keys ? map(p.Key) : p.Key, MapStrings(p.Value, map, keys))).DistinctBy(p => p.Key)),
        JsonArray a => new JsonArray([.. a.Select(i => MapStrings(i, map, keys))]),
        JsonValue v when v.GetValueKind() == JsonValueKind.String => JsonValue.Create(map(v.GetValue<string>())),
        _ => node?.DeepClone(),
    };
}
