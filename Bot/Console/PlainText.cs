using System.Globalization;
using System.Text;

namespace BillingCopilot.Bot.WebConsole;

/// <summary>
/// Makes text from outside (names, memos, a model's words) safe to read: what could reorder or hide characters
/// is taken out, and it is cut to a length. Markup is not its business: everything is rendered as text.
/// </summary>
public static class PlainText
{
    /// <param name="longest">Most UTF-16 units that are kept; a cut is marked with an ellipsis.</param>
    public static string Of(string? text, int longest = 4000)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var kept = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > longest)
            {
                return kept.Append('…').ToString();
            }

            if (!IsHidden(rune))
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.ToString();
    }

    /// <summary>The same on one line.</summary>
    public static string Line(string? text, int longest = 200) => Of(text?.ReplaceLineEndings(" ").Replace('\t', ' '), longest);

    // Format covers bidi controls, zero-width joiners and spaces, the soft hyphen, BOM and tag characters.
    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Format => true,
        UnicodeCategory.Control => rune.Value is not ('\n' or '\t'),
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        _ => rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2800 or 0x3164 or 0xFFA0 or (>= 0xFE00 and <= 0xFE0F),
    };
}
