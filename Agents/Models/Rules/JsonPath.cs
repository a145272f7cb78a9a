using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>Reads values by dotted path (<c>explain.current.invoice</c>, <c>find.matches.0</c>) and fills argument templates.</summary>
internal static partial class JsonPath
{
    /// <summary>The value, or null when there is none; empty lists and texts count as none.</summary>
    public static JsonNode? Read(JsonNode? root, string path)
    {
        foreach (var part in path.Split('.'))
        {
            root = root switch
            {
                JsonObject o => o[part],
                JsonArray a when int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < a.Count => a[i],
                _ => null,
            };
        }

        return root is JsonArray { Count: 0 } || (root?.GetValueKind() is JsonValueKind.False) || (root is JsonValue v && v.TryGetValue<string>(out var text) && text.Length == 0) ? null : root;
    }

    public static string? Text(JsonNode? root, string path) => Read(root, path) is { } node ? TextOf(node) : null;

    /// <summary>
    /// <c>{path}</c> becomes the value; <c>{path?}</c> may be missing and then the whole argument is left out, as
    /// it is with <c>{a ? b}</c> when <c>a</c> is missing and with <c>{a=x ? b}</c> when it isn't <c>x</c>.
    /// </summary>
    public static string? Fill(JsonNode root, string template)
    {
        var missing = false;
        var filled = Hole().Replace(template, m =>
        {
            var value = Holds(root, m) ? Text(root, m.Groups["path"].Value) : null;
            missing |= value is null;
            return value ?? "";
        });
        return missing ? null : filled;
    }

    private static bool Holds(JsonNode root, Match hole) => !hole.Groups["if"].Success
        || (Text(root, hole.Groups["if"].Value) is { } value && (!hole.Groups["is"].Success || hole.Groups["is"].Value == value));

    private static string TextOf(JsonNode node) => node is JsonValue v && v.TryGetValue<string>(out var text) ? Billing.Text.UntrustedWords.Strip(text) : node.ToJsonString();

    [GeneratedRegex(@"\{(?:(?<if>[\w.]+)(?:=(?<is>\w+))?\s+\?\s+)?(?<path>[\w.]+)\??\}")]
    private static partial Regex Hole();
}
