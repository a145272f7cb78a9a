using System.Globalization;
using System.Text.RegularExpressions;

namespace BillingCopilot.Billing.Charges;

/// <summary>A line of a card or bank statement as somebody pasted it: <c>12 NOV LUMEN* 4X7 BERLIN -99,00 EUR</c>.</summary>
/// <param name="Words">Upper-case words and numbers that are no date and no amount.</param>
/// <param name="Amount">Absolute, in major units; null when none was found.</param>
/// <param name="Currency">Lower case; null when the line names none.</param>
/// <param name="Days">Every day that the line may mean: <c>03/04</c> is two.</param>
/// <param name="MoneyBack">It says that money came back: <c>REFUND</c>, <c>CR</c>, a plus sign.</param>
public sealed partial record StatementLine(IReadOnlyList<string> Words, decimal? Amount, string? Currency, IReadOnlyList<DateOnly> Days, bool MoneyBack = false)
{
    /// <summary>Reads a line; what it does not say stays empty.</summary>
    /// <param name="today">A day without a year is the last such day up to here.</param>
    public static StatementLine Read(string text, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(text);
        var dates = Dates().Matches(text);
        var rest = dates.Aggregate(text, (t, m) => t.Replace(m.Value, " ", StringComparison.Ordinal));
        var amount = AmountPattern().Matches(rest).LastOrDefault();
        if (amount is not null)
        {
            rest = rest.Remove(amount.Index, amount.Length);
        }

        return new StatementLine(
            [.. Word().Matches(rest.ToUpperInvariant()).Select(m => m.Value)],
            amount is null ? null : Number(amount.Groups["number"].Value, Money.DecimalsOf(CurrencyOf(amount))),
            amount is null ? null : CurrencyOf(amount),
            [.. dates.SelectMany(d => DaysOf(d.Value, today)).Distinct()],
            BackWords().IsMatch(text) || (amount is not null && Plus().IsMatch(text)));
    }

    /// <summary>Three digits after a mark are thousands, but for currencies that have three decimals.</summary>
    private static decimal? Number(string text, int digitsAfter)
    {
        var mark = text.LastIndexOfAny(['.', ',']);
        var decimals = mark >= 0 && (text.Length - mark - 1 != 3 || digitsAfter == 3) ? text[(mark + 1)..] : "";
        var whole = decimals.Length > 0 ? text[..mark] : text;
        var digits = new string([.. whole.Where(char.IsAsciiDigit)]);
        return decimal.TryParse($"{digits}.{decimals}0", NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static string? CurrencyOf(Match amount)
    {
        var code = (amount.Groups["before"].Value + amount.Groups["after"].Value).Trim();
        return code switch { "$" => "usd", "€" => "eur", "£" => "gbp", "¥" => "jpy", { Length: 3 } => code.ToLowerInvariant(), _ => null };
    }

    private static IEnumerable<DateOnly> DaysOf(string text, DateOnly today)
    {
        foreach (var format in Formats)
        {
            // A leap year stands in for one that is not said, so that every day can be read.
            var full = format.Contains('y', StringComparison.Ordinal);
            if (DateOnly.TryParseExact(full ? text : text + " 2024", full ? format : format + " yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                var dated = full ? day : ThisOrLastYear(day, today);
                if (dated is { } known)
                {
                    yield return known;
                }
            }
        }
    }

    private static DateOnly? ThisOrLastYear(DateOnly day, DateOnly today)
    {
        var year = (day.Month, day.Day).CompareTo((today.Month, today.Day)) > 0 ? today.Year - 1 : today.Year;
        return day.Day <= DateTime.DaysInMonth(year, day.Month) ? new DateOnly(year, day.Month, day.Day) : null;
    }

    private static readonly string[] Formats =
        ["yyyy-MM-dd", "dd/MM/yyyy", "MM/dd/yyyy", "dd.MM.yyyy", "d.M.yyyy", "dd/MM/yy", "MM/dd/yy", "dd.MM.yy", "dd/MM", "MM/dd", "dd.MM.", "d MMM", "dd MMM", "d MMM yyyy", "dd MMM yyyy", "MMM d", "MMM dd", "MMM d yyyy", "MMM dd yyyy"];

    [GeneratedRegex(@"\b(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}|[0-9]{2}/[0-9]{2}|[0-9]{2}\.[0-9]{2}\.(?=\s)|[0-9]{1,2} (?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?: [0-9]{4})?|(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC) [0-9]{1,2}(?: [0-9]{4})?)(?![0-9])", RegexOptions.IgnoreCase)]
    private static partial Regex Dates();

    [GeneratedRegex(@"(?<before>\b[A-Z]{3} ?|[$€£¥] ?)?-?(?<number>[0-9]{1,3}(?:[.,' ][0-9]{3})*(?:[.,][0-9]{1,3})|[0-9]{2,9})(?<after> ?[A-Z]{3}\b| ?[€£¥$])?", RegexOptions.IgnoreCase)]
    private static partial Regex AmountPattern();

    /// <summary>As banks of the five languages print it. A credit card is no credit.</summary>
    [GeneratedRegex(@"\b(?:REFUND(?:S|ED)?|REVERSAL|CR|CREDIT(?:ED)?(?! CARD)|GUTSCHRIFT|ERSTATTUNG|R[ÜU]CKERSTATTUNG|REMBOURSEMENT|AVOIR|REEMBOLSO|DEVOLUCI[ÓO]N|ABONO)\b|返金|返品", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BackWords();

    [GeneratedRegex(@"(?<![\p{L}\p{N}])\+ ?(?:[A-Z]{3} ?|[$€£¥] ?)?[0-9]|[0-9](?: ?[A-Z]{3}| ?[€£¥$])? ?\+(?![\p{L}\p{N}])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Plus();

    [GeneratedRegex(@"[A-Z0-9]{2,}")]
    private static partial Regex Word();
}
