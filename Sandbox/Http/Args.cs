using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Http;

/// <summary>Validated parameters of one request, or of one nested object. An empty string reads as absent.</summary>
internal sealed class Args(JsonObject values)
{
    public JsonObject Values { get; } = values;

    /// <summary>True when the parameter was sent, even as an empty string (which unsets a field).</summary>
    public bool Has(string name) => Values.ContainsKey(name);

    public string? Text(string name) => Values[name] is JsonValue v && v.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;

    public long? Int(string name) => Values[name] is JsonValue v && v.TryGetValue<long>(out var number) ? number : null;

    public bool? Bool(string name) => Values[name] is JsonValue v && v.TryGetValue<bool>(out var flag) ? flag : null;

    public JsonObject? Map(string name) => Values[name] as JsonObject;

    public Args? Object(string name) => Values[name] is JsonObject map ? new Args(map) : null;

    public IReadOnlyList<Args> Objects(string name) =>
        Values[name] is JsonArray items ? [.. items.OfType<JsonObject>().Select(item => new Args(item))] : [];

    public IReadOnlyList<string> Texts(string name) =>
        Values[name] is JsonArray items ? [.. items.OfType<JsonValue>().Select(item => item.GetValue<string>())] : [];

    /// <summary>Sets text members that were sent; an empty text unsets.</summary>
    public void CopyTexts(JsonObject target, params string[] names)
    {
        foreach (var name in names.Where(Has))
        {
            target[name] = Text(name);
        }
    }

    public string Required(string name) => Text(name) ?? throw ApiError.Missing(name);
}
