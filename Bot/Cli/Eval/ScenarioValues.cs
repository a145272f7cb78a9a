using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Bot.Cli.Eval;

/// <summary>Values a scenario may name: the sandbox's truth, and what <c>with</c> took from it.</summary>
public sealed partial class ScenarioValues
{
    private readonly Dictionary<string, JsonNode?> _roots;

    public ScenarioValues(JsonObject truth, IReadOnlyDictionary<string, string> with)
    {
        _roots = new(StringComparer.Ordinal) { ["truth"] = truth };
        foreach (var (name, path) in with)
        {
            _roots[name] = Find(path);
        }
    }

    /// <summary>The text with every <c>${path}</c> replaced; <c>${path|misspelt}</c> is the value as somebody in a hurry types it.</summary>
    public string Fill(string text) => Placeholder().Replace(text, m =>
    {
        var said = Find(m.Groups["path"].Value) switch
        {
            null => "",
            JsonValue value when value.TryGetValue<string>(out var s) => s,
            var other => other.ToJsonString(),
        };
        return m.Groups["misspelt"].Success ? Misspelt(said) : said;
    });

    /// <summary>In lower case, and the third letter of the longest word left out.</summary>
    private static string Misspelt(string name)
    {
        var words = name.ToLowerInvariant().Split(' ');
        var longest = Array.FindIndex(words, w => w.Length == words.Max(other => other.Length));
        words[longest] = words[longest].Length > 4 ? words[longest].Remove(2, 1) : words[longest];
        return string.Join(' ', words);
    }

    private JsonNode? Find(string path)
    {
        var parts = Part().Matches(path.Trim());
        if (parts.Count == 0 || !_roots.TryGetValue(parts[0].Value, out var node))
        {
            throw new SettingsException($"'{path}' starts with no known name. Known: {string.Join(", ", _roots.Keys)}.");
        }

        foreach (var part in parts.Skip(1).Select(p => p.Value))
        {
            node = Step(node, part) ?? throw new SettingsException($"'{path}' has nothing at '{part}'.");
        }

        return node;
    }

    private static JsonNode? Step(JsonNode? node, string part) => part[0] == '['
        ? node is JsonArray array && int.TryParse(part.Trim('[', ']'), NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < array.Count ? array[i] : null
        : (node as JsonObject)?[part.TrimStart('.')];

    [GeneratedRegex(@"\$\{(?<path>[^}|]+)(?<misspelt>\|misspelt)?\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^\w+|\.\w+|\[\d+\]")]
    private static partial Regex Part();
}
