using System.Text.RegularExpressions;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>Chooses the part of a quotation that answers a question; what it returns stands there word for word.</summary>
internal static partial class Excerpts
{
    private const int LongestWhole = 240;

    /// <summary>
    /// The best sentence with the one after it. A row of a table comes after its head, as two quotations, for
    /// templates that put quotation marks around it.
    /// </summary>
    public static string Best(string quote, string question)
    {
        question = PolicyQuery.Plain(question);
        if (quote.Length <= LongestWhole && !quote.Contains(Cell, StringComparison.Ordinal))
        {
            return Flat(quote);
        }

        Span[] sentences = [.. Sentences.Split(quote)];
        if (sentences.Length == 0)
        {
            return Flat(quote[..Math.Min(quote.Length, LongestWhole)]);
        }

        var best = Enumerable.Range(0, sentences.Length)
            .OrderByDescending(i => Score(sentences[i].Of(quote), question))
            .ThenBy(i => i)
            .First();
        if (IsRow(sentences[best].Of(quote)))
        {
            var head = best;
            while (head > 0 && IsRow(sentences[head - 1].Of(quote)))
            {
                head--;
            }

            return (head == best ? "" : Flat(sentences[head].Of(quote)) + "” … “") + Flat(sentences[best].Of(quote));
        }

        return Flat(quote[sentences[best].Start..sentences[Last(quote, sentences, best)].End]);
    }

    /// <summary>How well a section answers: the words of the question that it has, those of its headings, and its best sentence.</summary>
    /// <param name="title">The document's.</param>
    /// <param name="section">The section's heading; one whose words the question has all answers just that.</param>
    public static double Likeness(string title, string section, string text, string question)
    {
        var plain = PolicyQuery.Plain(question);
        string[] heading = [.. Words.Of($"{title}. {section}").Where(w => !Everywhere.Contains(w) && !Hollow.Contains(w)).Distinct()];
        var asksForIt = (heading.Length >= 2 && heading.All(Words.Of(plain).Contains) ? 2 : 0) + (SameQuestion().IsMatch($"{plain.Trim()}\n{section}") ? 1.5 : 0);
        return Shared(text, plain) + (0.7 * Shared($"{title}. {section}", plain)) + asksForIt
            + Sentences.Split(text).Select(s => Score(s.Of(text), plain)).DefaultIfEmpty(0).Max();
    }

    /// <summary>Words that stand in every policy, and say little about which one is meant.</summary>
    private static readonly HashSet<string> Everywhere =
        ["customer", "charge", "payment", "policy", "invoice", "day", "say", "give", "use", "condition", "cover", Words.Name, Words.Amount, Words.Period];

    /// <summary>Words that only make a question.</summary>
    private static readonly HashSet<string> Hollow =
        ["when", "what", "who", "how", "where", "which", "happen", "appli", "apply", "applie", "under", "after", "before", "long", "many", "often"];

    private static double Shared(string text, string question)
    {
        var wanted = Words.Of(question).ToHashSet(StringComparer.Ordinal);
        return Words.Of(text).Distinct().Where(wanted.Contains).Sum(w => Hollow.Contains(w) ? 0 : Everywhere.Contains(w) ? 0.3 : 1.0);
    }

    /// <summary>A question for a measure is answered by a sentence with a figure, one about an amount by the rule for such amounts.</summary>
    private static double Score(string sentence, string question)
    {
        var shared = Shared(sentence, question);
        var measure = shared > 0 && Measure().IsMatch(question) && sentence.Any(char.IsAsciiDigit) ? 1.5 : 0;
        var asked = FigureScanner.Scan(question);
        var same = Number().Matches(question).Any(n => Number().Matches(sentence).Any(m => m.Value == n.Value)) ? 2 : 0;
        return shared + measure + same + (asked.Any(a => a.Kind == FigureKind.Amount && Covers(sentence, MoreThan().IsMatch(question[..a.At.Start]) ? a with { Number = a.Number + 0.01m } : a)) ? 3 : 0);
    }

    /// <summary>"Above $100 and up to $500" covers $300.</summary>
    private static bool Covers(string sentence, Figure amount)
    {
        var bounds = Bound().Matches(sentence)
            .Select(m => (Above: m.Groups["above"].Success, Limit: FigureScanner.Scan(m.Groups["limit"].Value).FirstOrDefault(f => f.Kind == FigureKind.Amount)))
            .Where(b => b.Limit?.Number is not null && b.Limit.Currency == amount.Currency)
            .ToArray();
        return bounds.Length > 0 && Array.TrueForAll(bounds, b => b.Above ? amount.Number > b.Limit!.Number : amount.Number <= b.Limit!.Number);
    }

    /// <summary>One sentence more where it goes on in the same line; a line that ends in a colon goes on to the end of what it opens, within bounds.</summary>
    private static int Last(string quote, Span[] sentences, int best)
    {
        var last = best;
        if (sentences[best].Of(quote).TrimEnd().EndsWith(':'))
        {
            while (last + 1 < sentences.Length && sentences[last + 1].End - sentences[best].Start <= 2 * LongestWhole && !IsRow(sentences[last + 1].Of(quote)))
            {
                last++;
            }

            return last;
        }

        return best + 1 < sentences.Length && !sentences[best].Of(quote).EndsWith('\n') ? best + 1 : best;
    }

    private const string Cell = " | ";

    private static bool IsRow(string line) => line.Contains(Cell, StringComparison.Ordinal);

    [GeneratedRegex(@"\b(?:how (?:much|many|long|often|soon|far|fast|large)|limit|maximum|at most|within|above|below)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Measure();

    [GeneratedRegex(@"^(?<ask>when|who|how)\b.*\n\k<ask>\b", RegexOptions.IgnoreCase)]
    private static partial Regex SameQuestion();

    /// <summary>"Above $500" asks for the rule of what is more.</summary>
    [GeneratedRegex(@"\b(?:above|over|more than|beyond|exceeding)\s+$", RegexOptions.IgnoreCase | RegexOptions.RightToLeft)]
    private static partial Regex MoreThan();

    [GeneratedRegex(@"\b[0-9]+(?:[.,][0-9]+)*\b")]
    private static partial Regex Number();

    [GeneratedRegex(@"\b(?:(?<above>above|over|more than|from)|up to|at most|below|under|less than)\s+(?<limit>[$€£¥][0-9][0-9,.]*[0-9]|[$€£¥][0-9])", RegexOptions.IgnoreCase)]
    private static partial Regex Bound();

    private static string Flat(string text) => string.Join(' ', text.Replace('"', '\'').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
