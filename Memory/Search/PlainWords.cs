using System.Text.RegularExpressions;

namespace BillingCopilot.Memory.Search;

/// <summary>
/// Takes Markdown's marks off a text and leaves its words as they stand: what comes back can be read on a
/// terminal and in a chat, and is found again in the source treated alike. Doing it twice changes nothing.
/// </summary>
public static partial class PlainWords
{
    /// <param name="markdown">Bold, italics, code marks, bullets, headings, quotation marks of blocks, links and table lines lose their marks.</param>
    public static string Of(string markdown)
    {
        var lines = markdown.ReplaceLineEndings("\n").Split('\n').Where(l => !TableRule().IsMatch(l)).Select(Line);
        return string.Join('\n', lines).Trim();
    }

    private static string Line(string line)
    {
        var text = LineStart().Replace(line, "");
        text = Row().Match(text) is { Success: true } row ? string.Join(" | ", row.Groups["cells"].Value.Split('|', StringSplitOptions.TrimEntries)) : text;
        return Emphasis().Replace(Link().Replace(text, "${words}"), "${word}").Replace("`", "", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?\s*)?$")]
    private static partial Regex TableRule();

    [GeneratedRegex(@"^\s*(?:(?:[-*+>]|#{1,6})\s+)*")]
    private static partial Regex LineStart();

    [GeneratedRegex(@"^\s*\|(?<cells>.*)\|\s*$")]
    private static partial Regex Row();

    [GeneratedRegex(@"!?\[(?<words>[^\]\n]+)\]\([^)\s]*\)")]
    private static partial Regex Link();

    /// <summary>Asterisks count as marks only where they hug a word: 5 * 3 stays.</summary>
    [GeneratedRegex(@"(?<mark>\*{1,3})(?<word>[^\s*](?:[^*\n]*[^\s*])?)\k<mark>")]
    private static partial Regex Emphasis();
}
