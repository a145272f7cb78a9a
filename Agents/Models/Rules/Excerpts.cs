using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>Chooses the part of a quotation that answers a question; what it returns stands there word for word.</summary>
internal static class Excerpts
{
    private const int LongestWhole = 240;

    public static string Best(string quote, string question)
    {
        if (quote.Length <= LongestWhole)
        {
            return Flat(quote);
        }

        var wanted = Words.Of(question).ToHashSet(StringComparer.Ordinal);
        Span[] sentences = [.. Sentences.Split(quote)];
        var best = Enumerable.Range(0, sentences.Length)
            .OrderByDescending(i => Words.Of(sentences[i].Of(quote)).Distinct().Count(wanted.Contains))
            .ThenBy(i => i)
            .First();
        var next = best + 1 < sentences.Length && !quote[sentences[best].Start..sentences[best].End].EndsWith('\n') ? best + 1 : best;
        return Flat(quote[sentences[best].Start..sentences[next].End]);
    }

    private static string Flat(string text) => string.Join(' ', text.Replace('"', '\'').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
