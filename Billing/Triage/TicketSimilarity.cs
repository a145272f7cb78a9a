namespace BillingCopilot.Billing.Triage;

/// <summary>Finds tickets that speak of the same, by the words that they share.</summary>
public static class TicketSimilarity
{
    /// <summary>Shortest word that says what a ticket is about, in letters.</summary>
    private const int ShortestWord = 4;

    /// <summary>Share of common words below which two tickets are not alike.</summary>
    private const double Least = 0.12;

    /// <summary>The most alike, best first, with the share of words that they have in common (0 to 1).</summary>
    public static IReadOnlyList<(T Ticket, double Share)> Rank<T>(string text, IEnumerable<T> others, Func<T, string> words, int most)
    {
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(words);
        var mine = Words(text);
        return [.. others.Select(t => (Ticket: t, Share: Share(mine, Words(words(t))))).Where(r => r.Share >= Least).OrderByDescending(r => r.Share).Take(most)];
    }

    private static double Share(HashSet<string> one, HashSet<string> other)
    {
        var both = one.Count(other.Contains);
        return both == 0 ? 0 : both / (double)(one.Count + other.Count - both);
    }

    private static HashSet<string> Words(string text) =>
        TicketClassifier.Tokens(text).Where(w => w.Length >= ShortestWord && !TriageWords.Shipped.Languages.Values.Any(l => l.Contains(w))).ToHashSet(StringComparer.Ordinal);
}
