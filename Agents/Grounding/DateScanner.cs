using System.Globalization;
using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Grounding;

/// <summary>
/// Finds dates and gives them one form: <c>2026-03-01</c>, <c>2026-03</c> for a month, <c>--03-01</c> for a
/// day without its year.
/// </summary>
internal static partial class DateScanner
{
    public static void Scan(string text, Action<Match, string> take)
    {
        foreach (Match m in Iso().Matches(text))
        {
            take(m, m.Groups["date"].Value);
        }

        foreach (Match m in Long().Matches(text))
        {
            if (Value(m) is { } value)
            {
                take(m, value);
            }
        }
    }

    /// <summary>True when a date as written is that day, or the month or day of the year it falls on.</summary>
    public static bool Covers(string written, string isoDay) => written.StartsWith("--", StringComparison.Ordinal)
        ? isoDay.Length >= 10 && isoDay[5..10] == written[2..]
        : isoDay.StartsWith(written, StringComparison.Ordinal);

    private static string? Value(Match m)
    {
        var month = Array.FindIndex(Months, name => m.Groups["month"].Value.StartsWith(name, StringComparison.OrdinalIgnoreCase)) + 1;
        var day = m.Groups["day"].Value;
        var year = m.Groups["year"].Value;
        return (day, year) switch
        {
            ("", "") => null,
            ("", _) => $"{year}-{month:00}",
            (_, "") => $"--{month:00}-{int.Parse(day, CultureInfo.InvariantCulture):00}",
            _ => $"{year}-{month:00}-{int.Parse(day, CultureInfo.InvariantCulture):00}",
        };
    }

    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    private const string Month = @"(?<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?";

    [GeneratedRegex(@"(?<![\w\-])(?<figure>(?<date>(?:19|20)[0-9][0-9]-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)(?:T[0-9:.]+(?:Z|[+\-][0-9][0-9]:[0-9][0-9])?)?)(?![\w\-])", RegexOptions.CultureInvariant)]
    private static partial Regex Iso();

    [GeneratedRegex(@"\b(?:" + Month + @"\s+(?<day>[0-9]{1,2})(?:st|nd|rd|th)?(?![0-9])(?:,?\s+(?<year>(?:19|20)[0-9][0-9]))?|(?<![\-.,])(?<day>[0-9]{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?" + Month + @"(?:,?\s+(?<year>(?:19|20)[0-9][0-9]))?|" + Month + @",?\s+(?<year>(?:19|20)[0-9][0-9]))\b", RegexOptions.CultureInvariant)]
    private static partial Regex Long();
}
