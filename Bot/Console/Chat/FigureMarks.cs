using BillingCopilot.Agents.Turns;

namespace BillingCopilot.Bot.WebConsole.Chat;

/// <summary>A stretch of an answer's text.</summary>
/// <param name="Receipt">Set when the stretch is a figure with a receipt.</param>
/// <param name="Unverified">True when it is a figure that nothing backs.</param>
public sealed record TextSpan(string Text, Receipt? Receipt, bool Unverified);

/// <summary>Finds an answer's figures in its text, so that each can show where it comes from.</summary>
public static class FigureMarks
{
    /// <summary>Cuts the text without losing or changing a character.</summary>
    public static IReadOnlyList<TextSpan> Split(string text, IReadOnlyList<Receipt> receipts, IReadOnlyList<string> unverified)
    {
        // Longest first, so that $1,200.00 is not taken for $1,200. Unverified wins over a receipt of the same text.
        var figures = unverified.Select(u => (Text: u, Receipt: (Receipt?)null))
            .Concat(receipts.Select(r => (r.Text, Receipt: (Receipt?)r)))
            .Where(f => f.Text.Length > 0)
            .DistinctBy(f => f.Text)
            .OrderByDescending(f => f.Text.Length)
            .ToList();
        var spans = new List<TextSpan>();
        int plain = 0, at = 0;
        while (at < text.Length)
        {
            var index = figures.FindIndex(f => StandsAt(text, at, f.Text));
            if (index < 0)
            {
                at++;
                continue;
            }

            var figure = figures[index];
            Plain(spans, text[plain..at]);
            spans.Add(new TextSpan(figure.Text, figure.Receipt, figure.Receipt is null));
            at += figure.Text.Length;
            plain = at;
        }

        Plain(spans, text[plain..]);
        return spans;
    }

    private static void Plain(List<TextSpan> spans, string text)
    {
        if (text.Length > 0)
        {
            spans.Add(new TextSpan(text, null, Unverified: false));
        }
    }

    // A figure inside a longer number or word is another figure.
    private static bool StandsAt(string text, int at, string figure)
    {
        var end = at + figure.Length;
        return string.CompareOrdinal(text, at, figure, 0, figure.Length) == 0
            && (at == 0 || !Continues(text[at - 1], figure[0]))
            && (end == text.Length || !Continues(figure[^1], text[end]))
            && !(end + 1 < text.Length && text[end] is '.' or ',' && char.IsAsciiDigit(figure[^1]) && char.IsAsciiDigit(text[end + 1]));
    }

    private static bool Continues(char left, char right) => char.IsLetterOrDigit(left) && char.IsLetterOrDigit(right);
}
