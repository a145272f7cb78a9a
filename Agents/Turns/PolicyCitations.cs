using System.Text.Json.Nodes;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Text;
using BillingCopilot.Billing.Text;

namespace BillingCopilot.Agents.Turns;

/// <summary>Finds which passages of documents an answer uses.</summary>
internal static class PolicyCitations
{
    /// <summary>This many words in a row make a quotation.</summary>
    private const int Run = 6;

    public static IEnumerable<Citation> Used(string text, IEnumerable<ToolEvidence> calls)
    {
        var flat = Evidence.Flat(text);
        return calls.Where(c => c.Tool.StartsWith("search_", StringComparison.Ordinal))
            .SelectMany(c => Passages(c.Result))
            .Where(p => p.Quote is not null && Shared(flat, p.Quote) is not null)
            .Select(p => p with { Quote = Shared(flat, p.Quote!) })
            .DistinctBy(c => (c.Reference, c.Quote));
    }

    private static IEnumerable<Citation> Passages(JsonNode? node) => node switch
    {
        JsonArray items => items.SelectMany(Passages),
        JsonObject o when Text(o, "quote") is { } quote => [new Citation(
            Text(o, "kind") ?? "policy",
            string.Join(" — ", new[] { Text(o, "title") ?? Text(o, "document"), Text(o, "section") }.Where(t => !string.IsNullOrEmpty(t))),
            (Text(o, "document") ?? Text(o, "reference") ?? "") + (Text(o, "section") is { Length: > 0 } section ? "#" + section : ""),
            quote)],
        JsonObject o => o.SelectMany(p => Passages(p.Value)),
        _ => [],
    };

    /// <summary>The longest run of words of the quote that the text contains, or null when there is none worth it.</summary>
    private static string? Shared(string text, string quote)
    {
        var words = Evidence.Flat(quote).Split(' ');
        for (var length = words.Length; length >= Math.Min(Run, words.Length); length--)
        {
            for (var start = 0; start + length <= words.Length; start++)
            {
                var run = string.Join(' ', words, start, length);
                if (text.Contains(run, StringComparison.OrdinalIgnoreCase))
                {
                    return run;
                }
            }
        }

        return null;
    }

    private static string? Text(JsonObject node, string name) =>
        node[name] is JsonValue v && v.TryGetValue<string>(out var text) ? UntrustedWords.Strip(text) : null;
}
