using System.Buffers;
using System.Globalization;
using System.Text;
using BillingCopilot.Billing.Text;

namespace BillingCopilot.Agents.Text;

/// <summary>
/// Text as a person sees it, so that what is checked is what is read: zero-width and bidi characters removed,
/// look-alike digits and full-width forms turned into plain ones.
/// </summary>
public static class VisibleText
{
    /// <summary>What every form here leaves as it is, and in which nothing hides: most texts are made of these alone.</summary>
    private static readonly SearchValues<char> Ordinary = SearchValues.Create(
        [.. "\t\n\r«»§•–—‘’“”€→", .. Enumerable.Range(' ', '~' - ' ' + 1).Concat(Enumerable.Range('À', 'ÿ' - 'À' + 1)).Select(c => (char)c)]);

    internal static bool IsOrdinary(string text) => !text.AsSpan().ContainsAnyExcept(Ordinary);

    /// <summary>Without delimiters as well: an answer in the form in which it is both checked and given out.</summary>
    public static string OfAnswer(string text) => UntrustedWords.Strip(Plain(text));

    /// <summary>Without invisible characters; line breaks and letters stay as they are.</summary>
    public static string Plain(string text)
    {
        if (IsOrdinary(text))
        {
            return text;
        }

        var kept = new StringBuilder(text.Length);

        // Runes, not characters: half of a surrogate pair would make Normalize throw.
        foreach (var rune in text.EnumerateRunes().Where(r => !IsInvisible(r)))
        {
            kept.Append(Simplified(rune));
        }

        return kept.ToString();
    }

    /// <summary>The strictest form, for finding what hides: compatibility characters folded, marks on digits dropped.</summary>
    public static string Folded(string text)
    {
        if (IsOrdinary(text))
        {
            return text;
        }

        var kept = new StringBuilder(text.Length);
        foreach (var rune in Plain(Plain(text).Normalize(NormalizationForm.FormKC)).EnumerateRunes())
        {
            var isMark = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;
            if (!isMark || kept.Length == 0 || !char.IsAsciiDigit(kept[^1]))
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.ToString();
    }

    /// <summary>By arithmetic, not by NFKC alone: that does nothing where the process runs without ICU's data.</summary>
    private static string Simplified(Rune rune) => rune.Value switch
    {
        >= 0xFF01 and <= 0xFF5E => ((char)(rune.Value - 0xFEE0)).ToString(),
        >= 0xFE50 and <= 0xFE6B when SmallForms[rune.Value - 0xFE50] is not ' ' and var plain => plain.ToString(),
        0xFFE0 => "¢",
        0xFFE1 => "£",
        0xFFE5 => "¥",
        _ => Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.SpaceSeparator => " ",
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.OtherNumber when Rune.GetNumericValue(rune) is >= 0 and var value && value == Math.Truncate(value) =>
                value.ToString("0", CultureInfo.InvariantCulture),
            _ => rune.ToString(),
        },
    };

    /// <summary>The plain forms of U+FE50 to U+FE6B, a space where there is none.</summary>
    private const string SmallForms = ", . ;:?! (){}  #&*+-<>= \\$%@";

    /// <summary>Format characters, other controls than line breaks and tabs, variation selectors and the joiner of graphemes.</summary>
    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Format => true,
        UnicodeCategory.Control => rune.Value is not ('\n' or '\r' or '\t'),
        _ => rune.Value is 0x034F or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF),
    };
}
