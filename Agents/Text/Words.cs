using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Text;

/// <summary>
/// A text as the words that count for meaning: stemmed, synonyms merged, stop words gone; figures, ids and
/// names become place-holders, so that "Acme's invoice" and "Globex's invoice" look alike.
/// </summary>
public static partial class Words
{
    public const string Amount = "#amount";
    public const string Identifier = "#id";
    public const string Name = "#name";
    public const string Period = "#period";

    /// <summary>Words in order.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        var words = new List<string>();
        text = text.Replace(CardNumbers.Mask, "", StringComparison.Ordinal);
        foreach (Match match in Token().Matches(text))
        {
            var word = Normal(match, StartsSentence(text, match.Index) && !IsNameAtStart(text, match));
            if (word is not null && !(word == Name && words.Count > 0 && words[^1] == Name))
            {
                words.Add(word);
            }
        }

        return words;
    }

    /// <summary>Words and neighbouring pairs: what phrases are compared by.</summary>
    public static IEnumerable<string> Features(IReadOnlyList<string> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            yield return words[i];
            if (i + 1 < words.Count)
            {
                yield return words[i] + " " + words[i + 1];
            }
        }
    }

    private static string? Normal(Match match, bool startsSentence)
    {
        if (match.Groups["amount"].Success)
        {
            return Amount;
        }

        if (match.Groups["id"].Success)
        {
            // A customer's handle or address stands where a name would.
            return match.Value.StartsWith("cus", StringComparison.OrdinalIgnoreCase) || match.Value.StartsWith("mail", StringComparison.OrdinalIgnoreCase) ? Name : Identifier;
        }

        if (match.Groups["number"].Success)
        {
            return null;
        }

        var raw = match.Value;
        var lower = raw.ToLowerInvariant();
        var owns = Possessive().IsMatch(lower);
        lower = Possessive().Replace(lower, "").Replace("'", "", StringComparison.Ordinal).Replace("’", "", StringComparison.Ordinal);
        if (Synonyms.IsPeriod(lower) && (char.IsUpper(raw[0]) || lower is not ("may" or "march")))
        {
            return Period;
        }

        if (Synonyms.IsStopWord(lower))
        {
            return null;
        }

        var known = Synonyms.Canonical(lower) ?? Synonyms.Canonical(Stem.Of(lower));
        var isName = char.IsUpper(raw[0]) ? !startsSentence : owns && !Contracted().IsMatch(lower);
        return known ?? (isName ? Name : Synonyms.Near(lower) ?? Stem.Of(lower));
    }

    /// <summary>A capital at a sentence's start says nothing, unless another follows or it owns something.</summary>
    private static bool IsNameAtStart(string text, Match match)
    {
        var after = text.AsSpan(match.Index + match.Length);
        return Possessive().IsMatch(match.Value) || (after.Length > 1 && after[0] == ' ' && char.IsUpper(after[1]) && !(after[1] == 'I' && (after.Length == 2 || !char.IsLetter(after[2]))));
    }

    private static bool StartsSentence(string text, int index)
    {
        var before = text.AsSpan(0, index).TrimEnd();
        return before.Length == 0 || before[^1] is '.' or '!' or '?' or '\n' or ':';
    }

    [GeneratedRegex("""(?<amount>[$€£¥]\s?\d[\d,]*(?:\.\d+)?|\b\d[\d,]*(?:\.\d+)?\s?(?:usd|eur|gbp|jpy|cad|aud|dollars?|euros?|bucks)\b|\b\d[\d,]*\.\d{2}\b)|(?<id>\b(?:cus|in|ch|py|pi|sub|re|cn)_\w+|\b(?:cus|inv|ch|sub|mail|re|cn)\d+\b|\b(?=[A-Za-z0-9]*[A-Za-z])[A-Z0-9]{2,12}-\d{3,8}\b)|(?<number>\b\d[\d.,:/\-]*\b)|[\p{L}][\p{L}\p{N}'’&]*""", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Token();

    [GeneratedRegex("^(?:what|who|how|where|when|why|that|let|there|here|it)$", RegexOptions.CultureInvariant)]
    private static partial Regex Contracted();

    [GeneratedRegex("['’]s?$", RegexOptions.CultureInvariant)]
    private static partial Regex Possessive();
}
