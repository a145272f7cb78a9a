using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace BillingCopilot.Billing.Text;

/// <summary>
/// Makes text from outside fit for a prompt: one line of plain characters between « and », which it can't
/// itself contain. This lowers noise; the gate that nothing is written without a person is elsewhere.
/// </summary>
public static partial class UntrustedWords
{
    /// <summary>Longest text that reaches a model, in characters. Policy sections are the longest of them.</summary>
    public const int MaxLength = 2000;

    public static string Delimit(string? text) => $"«{Clean(text)}»";

    /// <summary>Without delimiters: marks, bidi and zero-width characters and controls stripped, and capped.</summary>
    public static string Clean(string? text)
    {
        var kept = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (kept.Length >= MaxLength)
            {
                return kept.Append('…').ToString();
            }

            if (rune.Value is '\n' or '\r' or '\t')
            {
                kept.Append(' ');
            }
            else if (IsPlain(rune))
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.ToString().Trim();
    }

    /// <summary>What stands between the delimiters around a place of the text; null where the words are our own.</summary>
    public static string? Around(string text, int at)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = text.Length == 0 ? -1 : text.LastIndexOf('«', Math.Min(at, text.Length - 1));
        var end = start < 0 ? -1 : text.IndexOf('»', start);
        return start < 0 || (end >= 0 && end < at) ? null : text[(start + 1)..(end < 0 ? text.Length : end)];
    }

    /// <summary>What stands between the delimiters, where nothing stands outside of them; else null.</summary>
    public static string? WholeOf(string text) =>
        text is ['«', ..] && text.IndexOf('»', StringComparison.Ordinal) is var end && (end < 0 || end == text.Length - 1) ? text[1..(end < 0 ? text.Length : end)] : null;

    /// <summary>The words outside of the delimiters.</summary>
    public static string OfOurs(string text) => Delimited().Replace(text, "«»");

    /// <summary>The words inside the delimiters.</summary>
    public static string Strip(string text) => text.Replace("«", "", StringComparison.Ordinal).Replace("»", "", StringComparison.Ordinal);

    [GeneratedRegex("«[^«»]*»")]
    private static partial Regex Delimited();

    private static bool IsPlain(Rune rune) => rune.Value is not ('«' or '»')
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
            or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
