using System.Text.RegularExpressions;

namespace BillingCopilot.Memory.Search;

/// <summary>
/// Turns a question into an FTS5 expression. Only letters and digits of the question get through, each word in
/// quotes, so nothing in it can act as syntax.
/// </summary>
internal static partial class SearchTerms
{
    private const int MostTerms = 24;

    /// <summary>Words that say nothing about the subject; an OR query over them would read half the index.</summary>
    private static readonly HashSet<string> StopWords = new(StringComparer.Ordinal)
    {
        "a", "about", "after", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because",
        "been", "before", "being", "but", "by", "can", "could", "did", "do", "does", "doing", "for", "from", "get",
        "had", "has", "have", "having", "he", "her", "here", "him", "his", "how", "i", "if", "in", "into", "is", "it",
        "its", "just", "long", "may", "me", "might", "must", "my", "no", "nor", "not", "of", "off", "on", "once", "or", "our", "out", "over", "own",
        "please", "say", "says", "she", "should", "so", "some", "still", "such", "than", "that", "the", "their", "them", "then",
        "there", "these", "they", "this", "those", "to", "too", "us", "was", "we", "were", "what", "when", "where",
        "which", "while", "who", "whom", "why", "will", "with", "would", "you", "yet", "your", "s", "t", "re", "ll", "ve", "d", "m",
    };

    /// <summary>What people say, and what the documents call it.</summary>
    private static readonly Dictionary<string, string[]> Synonyms = new(StringComparer.Ordinal)
    {
        ["chargeback"] = ["dispute"], ["chargebacks"] = ["dispute"], ["dispute"] = ["chargeback"], ["disputes"] = ["chargeback"],
        ["reimburse"] = ["refund"], ["reimbursement"] = ["refund"], ["twice"] = ["duplicate"], ["double"] = ["duplicate"],
        ["duplicate"] = ["twice"], ["chasing"] = ["dunning"], ["reminder"] = ["dunning"], ["goodwill"] = ["courtesy"],
        ["prorated"] = ["proration"], ["declined"] = ["failed"], ["overdue"] = ["late"], ["payment"] = ["charge"],

        // "How long …?" asks for a period.
        ["long"] = ["window", "within", "days"], ["late"] = ["window", "within", "days"], ["deadline"] = ["window", "within", "days"],
    };

    /// <summary>The expression, or null when the question has no word to search for.</summary>
    public static string? ToMatch(string question)
    {
        var terms = new List<string>();
        foreach (Match compound in Compound().Matches(question.ToLowerInvariant()))
        {
            var words = Word().Matches(compound.Value).Select(m => m.Value).ToList();
            var telling = words.Where(w => !StopWords.Contains(w)).ToList();
            if (words.Count > 1 && telling.Count > 0)
            {
                // Inside quotes FTS5 reads a compound as a phrase: LUM-0042 ranks above a stray 0042.
                terms.Add(string.Join(' ', words));
            }

            terms.AddRange(telling);
            terms.AddRange(words.SelectMany(w => Synonyms.GetValueOrDefault(w, [])));
        }

        var quoted = terms.Distinct(StringComparer.Ordinal).Take(MostTerms).Select(t => $"\"{t}\"").ToList();
        return quoted.Count == 0 ? null : string.Join(" OR ", quoted);
    }

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+(?:[-_.'’/@][\p{L}\p{M}\p{N}]+)*", RegexOptions.CultureInvariant)]
    private static partial Regex Compound();

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
