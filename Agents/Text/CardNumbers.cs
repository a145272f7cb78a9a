using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Text;

/// <summary>Finds card numbers that people paste, so that they are neither stored nor sent.</summary>
public static partial class CardNumbers
{
    /// <summary>What stands in the place of a card number.</summary>
    public const string Mask = "[card number removed]";

    /// <summary>Digits of the shortest card number.</summary>
    private const int Shortest = 13;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    /// <summary>
    /// The text without its card numbers (13–19 digits of a card brand, separators allowed, Luhn holds). A text
    /// that holds one comes back in its folded form, since the number may hide behind invisible characters.
    /// </summary>
    public static (string Text, int Removed) Redact(string text)
    {
        var folded = VisibleText.Folded(text);
        if (folded.AsSpan().CountAny(Digits) < Shortest)
        {
            return (text, 0);
        }

        var removed = 0;
        var clean = Candidate().Replace(folded, match => match.Groups["day"].Success ? match.Value : Redact(match.Value, ref removed));
        return removed == 0 ? (text, 0) : (clean, removed);
    }

    /// <summary>True when the digits end in their Luhn check digit.</summary>
    public static bool IsLuhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            var doubled = i % 2 == 0 ? digit : digit * 2;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }

        return digits.Length > 0 && sum % 10 == 0;
    }

    private static string Redact(string run, ref int removed)
    {
        int[] at = [.. Enumerable.Range(0, run.Length).Where(i => char.IsAsciiDigit(run[i]))];
        var digits = at.Select(i => run[i]).ToArray().AsSpan();
        var kept = new StringBuilder();
        var copied = 0;
        for (var start = 0; start + Shortest <= digits.Length; start++)
        {
            if (LengthAt(digits, at, start) is var length and > 0)
            {
                kept.Append(run.AsSpan(copied, at[start] - copied)).Append(Mask);
                copied = at[start + length - 1] + 1;
                start += length - 1;
                removed++;
            }
        }

        return kept.Append(run.AsSpan(copied)).ToString();
    }

    /// <summary>Length of the card that begins at a digit, the longest first; 0 for none.</summary>
    private static int LengthAt(ReadOnlySpan<char> digits, int[] at, int start)
    {
        for (var length = Math.Min(19, digits.Length - start); length >= Shortest; length--)
        {
            var card = digits.Slice(start, length);
            if (IsWhole(at, start, length) && IsBrand(card) && IsLuhn(card))
            {
                return length;
            }
        }

        return 0;
    }

    /// <summary>
    /// A card begins and ends where a group of digits does. Inside a group the check digit fits by chance, so
    /// there only the usual lengths count, with an expiry date or code glued to one end.
    /// </summary>
    private static bool IsWhole(int[] at, int start, int length)
    {
        var begins = start == 0 || at[start] - at[start - 1] > 1;
        var ends = start + length == at.Length || at[start + length] - at[start + length - 1] > 1;
        return (begins && ends) || ((begins || ends) && length is 15 or 16);
    }

    /// <summary>Whether a brand issues numbers that begin so, at this length: dates and order numbers rarely do.</summary>
    private static bool IsBrand(ReadOnlySpan<char> card)
    {
        var two = int.Parse(card[..2], System.Globalization.CultureInfo.InvariantCulture);
        var four = int.Parse(card[..4], System.Globalization.CultureInfo.InvariantCulture);
        return two switch
        {
            >= 40 and <= 49 => card.Length is 13 or 16 or 18 or 19,
            >= 51 and <= 55 => card.Length == 16,
            34 or 37 => card.Length == 15,
            30 or 36 or 38 or 39 => card.Length is 14 or 16,
            35 or 81 => card.Length >= 16,
            50 or (>= 56 and <= 69) => true,
            _ => four is (>= 2200 and <= 2204) or (>= 2221 and <= 2720) && card.Length >= 16,
        };
    }

    [GeneratedRegex(@"(?<day>(?<![0-9])(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?![0-9]))|(?<![0-9])[0-9](?:[\s\-./\\–—‐‑‒−_·•:|,*'’]{0,3}(?!(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?![0-9]))[0-9]){12,}", RegexOptions.CultureInvariant)]
    private static partial Regex Candidate();
}
