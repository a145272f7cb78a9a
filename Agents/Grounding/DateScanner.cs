using System.Globalization;
using System.Text.RegularExpressions;
using BillingCopilot.Billing.Text;

namespace BillingCopilot.Agents.Grounding;

/// <summary>
/// Finds dates, in the languages that letters are written in, and gives them one form: <c>2026-03-01</c>,
/// <c>2026-03</c> for a month, <c>--03-01</c> for a day without its year, <c>2026-03-04/2026-04-03</c> for one that
/// can be read as two days.
/// </summary>
internal static partial class DateScanner
{
    public static void Scan(string text, Action<Match, string> take)
    {
        foreach (Match m in Iso().Matches(text))
        {
            take(m, m.Groups["date"].Value);
        }

        foreach (Match m in Slashed().Matches(text))
        {
            if (SlashedValue(m) is { } value)
            {
                take(m, value);
            }
        }

        foreach (var m in Numbered().Matches(text).Concat(Long.Matches(text)))
        {
            if (Value(m) is { } value)
            {
                take(m, value);
            }
        }
    }

    /// <summary>The days that a date can be read as: two for 03/04/2026.</summary>
    public static string[] Readings(string value) => value.Split('/');

    /// <summary>True when a date as written is that day, or the month or day of the year it falls on.</summary>
    public static bool Covers(string written, string isoDay) =>
        Readings(written).Length > 1 || Readings(isoDay).Length > 1 ? written == isoDay
        : written.StartsWith("--", StringComparison.Ordinal) ? isoDay.Length >= 10 && isoDay[5..10] == written[2..]
        : isoDay.StartsWith(written, StringComparison.Ordinal);

    private static string? Value(Match m)
    {
        var name = m.Groups["month"].Value;
        var (day, year) = (m.Groups["day"].Value, m.Groups["year"].Value);
        return MonthOf(name) is { } month && !(year.Length == 0 && name == "may") ? Value(day, month, year) : null;
    }

    private static string? Value(string day, int month, string year) => (day, year) switch
    {
        ("", "") => null,
        ("", _) => $"{year}-{month:00}",
        (_, "") => $"--{month:00}-{Number(day):00}",
        _ => $"{year}-{month:00}-{Number(day):00}",
    };

    private static string? SlashedValue(Match m)
    {
        var (first, second, year) = (Number(m.Groups["first"].Value), Number(m.Groups["second"].Value), m.Groups["year"].Value);
        string[] readings = [.. new[] { (Month: first, Day: second), (Month: second, Day: first) }
            .Where(r => r.Month is >= 1 and <= 12 && r.Day is >= 1 and <= 31)
            .Select(r => $"{year}-{r.Month:00}-{r.Day:00}").Distinct()];
        return readings.Length == 0 ? null : string.Join('/', readings);
    }

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    private static int? MonthOf(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : MonthsByName.TryGetValue(name, out var month) ? month
        : null;

    /// <summary>Months of all languages that have names for them, and how they are cut short.</summary>
    private static readonly Dictionary<string, int> MonthsByName = Named();

    private static Dictionary<string, int> Named()
    {
        var months = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, month) in Locale.All.Values.SelectMany(l => l.Months.Select((name, at) => (name, at + 1))).Where(m => char.IsLetter(m.name[0])))
        {
            months[name] = month;
        }

        string[][] shortened = [["jan", "janv", "ene"], ["feb", "févr"], ["mar", "mär"], ["apr", "avr", "abr"], [], ["jun"], ["jul", "juil"], ["aug"], ["sep", "sept"], ["oct", "okt"], ["nov"], ["dec", "dez", "déc", "dic"]];
        for (var at = 0; at < shortened.Length; at++)
        {
            foreach (var name in shortened[at])
            {
                months.TryAdd(name, at + 1);
            }
        }

        return months;
    }

    private static readonly string Month = $@"(?<month>{string.Join('|', MonthsByName.Keys.OrderByDescending(n => n.Length).Select(Regex.Escape))})\b\.?";

    private const string Year = "(?<year>(?:19|20)[0-9][0-9])";

    /// <summary>The number of a list's line ("1. March 2026: …") is no day.</summary>
    private static readonly Regex Long = new(
        $@"\b(?:{Month}\s+(?<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9])(?:,?\s+{Year})?"
        + $@"|(?<![\-.,])(?<day>[0-9]{{1,2}})(?:st|nd|rd|th|er|º|(?<!^\s*[0-9]{{1,2}})\.)?\s+(?:of\s+|de\s+)?{Month}(?:,?\s+(?:del?\s+)?{Year})?"
        + $@"|{Month},?\s+(?:del?\s+)?{Year})\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.Compiled);

    [GeneratedRegex(@"(?<![\w\-])(?<figure>(?<date>(?:19|20)[0-9][0-9]-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)(?:T[0-9:.]+(?:Z|[+\-][0-9][0-9]:[0-9][0-9])?)?)(?![\w\-])", RegexOptions.CultureInvariant)]
    private static partial Regex Iso();

    [GeneratedRegex(@"(?<![\w./\-])(?<first>[0-9]{1,2})/(?<second>[0-9]{1,2})/" + Year + @"(?![\w/\-])", RegexOptions.CultureInvariant)]
    private static partial Regex Slashed();

    [GeneratedRegex(@"(?<![\w.,/\-])(?<day>0?[1-9]|[12][0-9]|3[01])\.(?<month>0?[1-9]|1[0-2])\." + Year + @"(?![\w\-]|\.[0-9])|(?<![0-9])(?:" + Year + @"年\s?)?(?<month>0?[1-9]|1[0-2])月(?:\s?(?<day>0?[1-9]|[12][0-9]|3[01])日)?", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}
