using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BillingCopilot.Governance.Audit;

/// <summary>What an audit entry never holds, whatever a caller puts into it: card numbers, keys, links, mail addresses.</summary>
public static partial class NeverList
{
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // A quick look for what each of them has: most texts are ids and hashes.
        var clean = text.Contains('_', StringComparison.Ordinal) ? Secret().Replace(text, "[secret]") : text;
        clean = clean.Contains("://", StringComparison.Ordinal) ? Link().Replace(clean, "[link]") : clean;
        clean = clean.Contains('@', StringComparison.Ordinal) ? Mail().Replace(clean, "[mail]") : clean;
        return clean.Length >= ShortestCard ? Digits().Replace(clean, m => IsCard(m.Value) ? "[card]" : m.Value) : clean;
    }

    private const int ShortestCard = 13;

    /// <summary>A copy with every string cleaned.</summary>
    public static JsonNode? Clean(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, Clean(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Clean)]),
        JsonValue v when v.TryGetValue<string>(out var text) => JsonValue.Create(Clean(text)),
        null => null,
        _ => node.DeepClone(),
    };

    /// <summary>13 to 19 digits that pass the Luhn check (ISO/IEC 7812).</summary>
    private static bool IsCard(string text)
    {
        var digits = text.Where(char.IsAsciiDigit).Select(c => c - '0').Reverse().ToArray();
        return digits.Length is >= 13 and <= 19 && digits.Select((d, i) => i % 2 == 0 ? d : d > 4 ? (2 * d) - 9 : 2 * d).Sum() % 10 == 0;
    }

    [GeneratedRegex(@"(?:sk|rk)_(?:live|test)_\w+|whsec_[\w+/=\-]{6,}|\w+_secret_\w{8,}", RegexOptions.CultureInvariant)]
    private static partial Regex Secret();

    [GeneratedRegex(@"https?://\S+", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Link();

    [GeneratedRegex(@"[\p{L}\p{N}._%+\-]+@[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)+", RegexOptions.CultureInvariant)]
    private static partial Regex Mail();

    [GeneratedRegex(@"(?<![\w])\d(?:[ \-]?\d){12,18}(?![\w])", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
