using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Text;

/// <summary>Finds card numbers that people paste, so that they are neither stored nor sent.</summary>
public static partial class CardNumbers
{
    /// <summary>What stands in the place of a card number.</summary>
    public const string Mask = "[card number removed]";

    /// <summary>The text without its card numbers (13–19 digits, spaces or hyphens allowed, Luhn holds).</summary>
    public static (string Text, int Removed) Redact(string text)
    {
        var removed = 0;
        var clean = Candidate().Replace(text, match =>
        {
            var kept = Redact(match.Value.AsSpan());
            removed += kept is null ? 0 : 1;
            return kept ?? match.Value;
        });
        return (clean, removed);
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

    private static string? Redact(ReadOnlySpan<char> run)
    {
        var digits = new List<char>(run.Length);
        var at = new List<int>(run.Length);
        for (var i = 0; i < run.Length; i++)
        {
            if (char.IsAsciiDigit(run[i]))
            {
                digits.Add(run[i]);
                at.Add(i);
            }
        }

        // A longer run may hold a card next to an expiry date: the longest window that checks is the card.
        var all = digits.ToArray().AsSpan();
        for (var length = Math.Min(19, all.Length); length >= 13; length--)
        {
            for (var start = 0; start + length <= all.Length; start++)
            {
                if (AtGroupEdges(at, start, length) && IsLuhn(all.Slice(start, length)) && all.Slice(start, length).ContainsAnyExcept('0'))
                {
                    return $"{run[..at[start]]}{Mask}{run[(at[start + length - 1] + 1)..]}";
                }
            }
        }

        return null;
    }

    /// <summary>A card begins and ends where a group of digits does; inside a group the check digit fits by chance.</summary>
    private static bool AtGroupEdges(List<int> at, int start, int length) =>
        (start == 0 || at[start] - at[start - 1] > 1) && (start + length == at.Count || at[start + length] - at[start + length - 1] > 1);

    [GeneratedRegex(@"(?<![\w])\d(?:[ \-.]{0,2}\d){12,28}(?!\w)", RegexOptions.CultureInvariant)]
    private static partial Regex Candidate();
}
