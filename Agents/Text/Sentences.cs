using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Text;

/// <summary>A stretch of a text.</summary>
public readonly record struct Span(int Start, int Length)
{
    public int End => Start + Length;

    public bool Contains(int position) => position >= Start && position < End;

    public string Of(string text) => text.Substring(Start, Length);
}

/// <summary>Splits an answer where it can be released or judged piece by piece.</summary>
public static partial class Sentences
{
    /// <summary>Sentences and lines that together are the whole text, white space included.</summary>
    public static IReadOnlyList<Span> Split(string text)
    {
        var spans = new List<Span>();
        var start = 0;
        foreach (Match end in Boundary().Matches(text))
        {
            if (end.Value.Contains('\n', StringComparison.Ordinal) || !IsAbbreviation(text, start, end.Index))
            {
                Add(spans, text, start, end.Index + end.Length);
                start = end.Index + end.Length;
            }
        }

        Add(spans, text, start, text.Length);
        return spans;
    }

    private static void Add(List<Span> spans, string text, int start, int end)
    {
        if (end > start && !string.IsNullOrWhiteSpace(text[start..end]))
        {
            spans.Add(new Span(start, end - start));
        }
        else if (end > start && spans.Count > 0)
        {
            spans[^1] = new Span(spans[^1].Start, end - spans[^1].Start);
        }
    }

    private static bool IsAbbreviation(string text, int start, int boundary)
    {
        var before = text[start..(boundary + 1)].TrimEnd('.', '!', '?', ' ');
        return Abbreviation().IsMatch(before);
    }

    [GeneratedRegex(@"[.!?]+[""'»”)\]]*\s+(?=[\p{Lu}\p{N}«“""'$€£¥(\-–—*])|\n+", RegexOptions.CultureInvariant)]
    private static partial Regex Boundary();

    [GeneratedRegex(@"(?:^|\s)(?:Inc|Ltd|Co|Corp|No|vs|e\.g|i\.e|Mr|Ms|Mrs|Dr|St|approx|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Abbreviation();
}
