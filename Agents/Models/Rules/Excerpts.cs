using System.Text.RegularExpressions;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>Chooses the part of a quotation that answers a question; what it returns stands there word for word.</summary>
internal static partial class Excerpts
{
    private const int LongestWhole = 240;

    public static string Best(string quote, string question)
    {
        if (quote.Length <= LongestWhole)
        {
            return Flat(quote);
        }

        var wanted = Words.Of(question).ToHashSet(StringComparer.Ordinal);
        Span[] sentences = [.. Sentences.Split(quote).Where(s => !Layout(s.Of(quote)))];
        if (sentences.Length == 0)
        {
            return Flat(quote[..LongestWhole]);
        }

        var best = Enumerable.Range(0, sentences.Length)
            .OrderByDescending(i => Score(sentences[i].Of(quote), wanted, question))
            .ThenBy(i => i)
            .First();
        var next = best + 1 < sentences.Length && sentences[best + 1].Start == sentences[best].End && !sentences[best].Of(quote).EndsWith('\n') ? best + 1 : best;
        return Flat(quote[sentences[best].Start..sentences[next].End]);
    }

    /// <summary>How many different words of the question the text has; those close together in a sentence count twice.</summary>
    public static int Likeness(string text, string question)
    {
        var wanted = Words.Of(question).ToHashSet(StringComparer.Ordinal);
        var best = Sentences.Split(text).Select(s => Score(s.Of(text), wanted, question)).DefaultIfEmpty(0).Max();
        return Words.Of(text).Distinct().Count(wanted.Contains) + best;
    }

    /// <summary>A question for a measure is answered by a sentence with a figure, one about a figure by one that has it.</summary>
    private static int Score(string sentence, HashSet<string> wanted, string question)
    {
        var measure = Measure().IsMatch(question) && sentence.Any(char.IsAsciiDigit) ? 2 : 0;
        var figures = FigureScanner.Scan(sentence);
        var same = FigureScanner.Scan(question).Any(asked => figures.Any(asked.Agrees)) ? 3 : 0;
        return Words.Of(sentence).Distinct().Count(wanted.Contains) + measure + same;
    }

    [GeneratedRegex(@"\b(?:how (?:much|many|long|often|soon|far)|limit|maximum|at most|within|above|below|when)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Measure();

    /// <summary>Headings and rows of tables, which say nothing alone.</summary>
    private static bool Layout(string line) => line.TrimStart() is ['|' or '#', ..];

    private static string Flat(string text) => string.Join(' ', text.Replace('"', '\'').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
