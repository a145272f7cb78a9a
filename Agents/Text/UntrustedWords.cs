using System.Globalization;
using System.Text;

namespace BillingCopilot.Agents.Text;

/// <summary>
/// Makes text from outside fit for a prompt: one line of plain characters between « and », which it can't
/// itself contain. This lowers noise; the gate that nothing is written without a person is elsewhere.
/// </summary>
public static class UntrustedWords
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

    /// <summary>The words inside the delimiters.</summary>
    public static string Strip(string text) => text.Replace("«", "", StringComparison.Ordinal).Replace("»", "", StringComparison.Ordinal);

    private static bool IsPlain(Rune rune) => rune.Value is not ('«' or '»')
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
            or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
