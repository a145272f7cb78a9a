using System.Globalization;
using System.Text;

namespace BillingCopilot.Governance.Canonical;

/// <summary>Makes text that a model or an outsider wrote safe to show beside figures.</summary>
public static class PlainText
{
    /// <summary>
    /// Drops control, bidirectional, zero-width and other invisible characters, turns line breaks into spaces and
    /// cuts to <paramref name="limit"/> UTF-16 units, never inside a character.
    /// </summary>
    public static string Clean(string? text, int limit) => Clean(text, limit, keepLines: false);

    /// <summary>As <see cref="Clean(string?, int)"/>, but line breaks stay, each as one <c>\n</c>.</summary>
    public static string CleanLines(string? text, int limit) =>
        Clean(text?.Replace("\r\n", "\n", StringComparison.Ordinal), limit, keepLines: true);

    private static string Clean(string? text, int limit, bool keepLines)
    {
        var clean = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            var kept = keepLines && rune.Value == '\n' ? "\n" : Rune.IsWhiteSpace(rune) ? " " : Invisible(rune) ? "" : rune.ToString();
            if (clean.Length + kept.Length > limit)
            {
                break;
            }

            clean.Append(kept);
        }

        return clean.ToString().Trim();
    }

    // Format covers bidi controls, zero-width characters, soft hyphens and the invisible tag characters.
    private static bool Invisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0xFFFD or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}
