using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Worlds.Files;

/// <summary>Names and frequent texts of a world's objects, so that a file writes a number for each.</summary>
internal sealed class StringTable
{
    private const int Most = 16_000;
    private const int Fewest = 4;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public StringTable(IReadOnlyList<string> texts)
    {
        Texts = texts;
        for (var i = 0; i < texts.Count; i++)
        {
            _numbers[texts[i]] = i;
        }
    }

    public IReadOnlyList<string> Texts { get; }

    /// <summary>Learns from a sample; the most frequent get the smallest numbers.</summary>
    public static StringTable Learn(IEnumerable<JsonObject> sample)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var value in sample)
        {
            Count(value, counts);
        }

        return new StringTable([.. counts
            .Where(entry => entry.Value >= Fewest)
            .OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => entry.Key)
            .Take(Most)]);
    }

    public bool TryFind(string text, out int number) => _numbers.TryGetValue(text, out number);

    private static void Count(JsonNode? node, Dictionary<string, int> counts)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (name, value) in map)
                {
                    counts[name] = counts.GetValueOrDefault(name) + 1;
                    Count(value, counts);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Count(item, counts);
                }

                break;
            case JsonValue leaf when leaf.TryGetValue<string>(out var text):
                counts[text] = counts.GetValueOrDefault(text) + 1;
                break;
        }
    }
}
