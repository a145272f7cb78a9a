using System.Globalization;

namespace BillingCopilot.Plugins.Mail;

/// <summary>Makes text from outside fit for one line of a mail.</summary>
internal static class PlainText
{
    private const int Longest = 120;

    /// <summary>Without control, bidirectional and zero-width characters, and not longer than a line.</summary>
    public static string OneLine(string text)
    {
        var kept = text.Where(c => CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
        return string.Concat(kept.Take(Longest)).Trim();
    }

    /// <summary>True when the text would lead a reader somewhere.</summary>
    public static bool HasLink(string text) =>
        text.Contains("://", StringComparison.Ordinal) || text.Contains("www.", StringComparison.OrdinalIgnoreCase) || text.Contains('@', StringComparison.Ordinal);
}
