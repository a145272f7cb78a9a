namespace BillingCopilot.Agents.Text;

/// <summary>
/// Compares a text with labelled example phrases by the words and neighbouring pairs they share, rare ones
/// counting more (cosine of TF-IDF vectors). Deterministic; made once.
/// </summary>
public sealed class PhraseIndex
{
    private readonly Dictionary<string, double> _weights;
    private readonly List<(string Label, Dictionary<string, double> Vector)> _phrases;
    private readonly double _unknownWeight;

    public PhraseIndex(IEnumerable<(string Label, string Phrase)> phrases)
    {
        var parsed = phrases.Select(p => (p.Label, Features: Words.Features(Words.Of(p.Phrase)).ToArray())).Where(p => p.Features.Length > 0).ToArray();
        _weights = parsed.SelectMany(p => p.Features.Distinct())
            .GroupBy(f => f)
            .ToDictionary(g => g.Key, g => Weight(g.Key, Math.Log(1 + (parsed.Length / (double)g.Count()))), StringComparer.Ordinal);
        _unknownWeight = Math.Log(1 + parsed.Length);
        _phrases = [.. parsed.Select(p => (p.Label, Vector(p.Features)))];
    }

    /// <summary>
    /// The best similarity per label, 0 to 1, best first. Mostly the nearest phrase; the next two nearest tell
    /// apart labels that share one.
    /// </summary>
    public IReadOnlyList<(string Label, double Score)> Rank(string text)
    {
        var vector = Vector([.. Words.Features(Words.Of(text))]);
        return
        [
            .. _phrases.GroupBy(p => p.Label)
                .Select(g => (g.Key, Score: Blend([.. g.Select(p => Dot(p.Vector, vector)).OrderDescending().Take(3)])))
                .OrderByDescending(r => r.Score)
                .ThenBy(r => r.Key, StringComparer.Ordinal),
        ];
    }

    /// <summary>True when a word of the text occurs in some phrase.</summary>
    public bool Knows(string text) => Words.Of(text).Any(w => !IsPlaceholder(w) && _weights.ContainsKey(w));

    private static double Blend(double[] best) => best.Length == 0 ? 0 : (0.8 * best[0]) + (0.2 * best.Average());

    private static double Weight(string feature, double idf) => IsPlaceholder(feature) ? 0.35 * idf : feature.Contains(' ', StringComparison.Ordinal) ? 0.6 * idf : idf;

    /// <summary>Names, amounts and ids say little about what is wanted.</summary>
    private static bool IsPlaceholder(string feature) => feature.StartsWith('#') && !feature.Contains(' ', StringComparison.Ordinal);

    private Dictionary<string, double> Vector(string[] features)
    {
        var vector = features.GroupBy(f => f).ToDictionary(
            g => g.Key,
            g => (1 + Math.Log(g.Count())) * WeightOf(g.Key),
            StringComparer.Ordinal);
        var length = Math.Sqrt(vector.Values.Sum(v => v * v));
        return length == 0 ? vector : vector.ToDictionary(p => p.Key, p => p.Value / length, StringComparer.Ordinal);
    }

    /// <summary>An unknown word dilutes, an unknown neighbourhood doesn't: word order varies too much.</summary>
    private double WeightOf(string feature) => _weights.TryGetValue(feature, out var weight) ? weight
        : feature.Contains(' ', StringComparison.Ordinal) ? 0
        : IsPlaceholder(feature) ? 0.2 * _unknownWeight : 0.7 * _unknownWeight;

    private static double Dot(Dictionary<string, double> a, Dictionary<string, double> b)
    {
        var (small, large) = a.Count < b.Count ? (a, b) : (b, a);
        return small.Sum(p => p.Value * large.GetValueOrDefault(p.Key));
    }
}
