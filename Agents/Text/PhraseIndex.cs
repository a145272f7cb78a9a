namespace BillingCopilot.Agents.Text;

/// <summary>
/// Compares a text with labelled example phrases by the words and neighbouring pairs they share, rare ones
/// counting more (cosine of TF-IDF vectors). Deterministic; made once.
/// </summary>
public sealed class PhraseIndex
{
    private readonly Dictionary<string, double> _weights;
    private readonly double _unknownWeight;

    /// <summary>For each feature the phrases that have it, with its share of their length.</summary>
    private readonly Dictionary<string, List<(int Phrase, double Share)>> _having = new(StringComparer.Ordinal);

    /// <summary>For each word the phrases of each label that have it.</summary>
    private readonly Dictionary<string, Dictionary<string, int>> _labelsOf = new(StringComparer.Ordinal);

    /// <summary>Labels in order, with their phrases.</summary>
    private readonly (string Label, int[] Phrases)[] _labels;
    private readonly int _count;

    /// <summary>For each label the words that all its phrases have.</summary>
    private readonly Dictionary<string, string[]> _inAll;

    /// <summary>Of fewer phrases a word may be in all by chance.</summary>
    private const int FewPhrases = 4;

    public PhraseIndex(IEnumerable<(string Label, string Phrase)> phrases)
    {
        var parsed = phrases.Select(p => (p.Label, Features: Words.Features(Words.Of(p.Phrase)).ToArray())).Where(p => p.Features.Length > 0).ToArray();
        _weights = parsed.SelectMany(p => p.Features.Distinct())
            .GroupBy(f => f)
            .ToDictionary(g => g.Key, g => Weight(g.Key, Math.Log(1 + (parsed.Length / (double)g.Count()))), StringComparer.Ordinal);
        _unknownWeight = Math.Log(1 + parsed.Length);
        _count = parsed.Length;
        _labels = [.. parsed.Select((p, i) => (p.Label, Index: i)).GroupBy(p => p.Label, p => p.Index).Select(g => (g.Key, g.ToArray()))];
        for (var i = 0; i < parsed.Length; i++)
        {
            foreach (var word in parsed[i].Features.Where(IsMeaning).Distinct())
            {
                var labels = _labelsOf.TryGetValue(word, out var have) ? have : _labelsOf[word] = new(StringComparer.Ordinal);
                labels[parsed[i].Label] = labels.GetValueOrDefault(parsed[i].Label) + 1;
            }

            foreach (var (feature, share) in Vector(parsed[i].Features))
            {
                (_having.TryGetValue(feature, out var known) ? known : _having[feature] = []).Add((i, share));
            }
        }

        _inAll = _labels.Where(l => l.Phrases.Length >= FewPhrases).ToDictionary(
            l => l.Label,
            l => _labelsOf.Where(w => w.Value.GetValueOrDefault(l.Label) == l.Phrases.Length).Select(w => w.Key).ToArray(),
            StringComparer.Ordinal);
    }

    /// <summary>
    /// The best similarity per label, 0 to 1, best first. Mostly the nearest phrase; the next two nearest tell
    /// apart labels that share one.
    /// </summary>
    public IReadOnlyList<(string Label, double Score)> Rank(string text)
    {
        var words = Words.Of(text);
        var coverage = Coverage(words);
        var likeness = new double[_count];
        foreach (var (feature, share) in Vector([.. Words.Features(words)]))
        {
            foreach (var (phrase, has) in _having.GetValueOrDefault(feature) ?? [])
            {
                likeness[phrase] += share * has;
            }
        }

        return
        [
            .. _labels.Select(l => (l.Label, Score: coverage * Blend([.. l.Phrases.Select(p => likeness[p]).OrderDescending().Take(3)])))
                .OrderByDescending(r => r.Score)
                .ThenBy(r => r.Label, StringComparer.Ordinal),
        ];
    }

    /// <summary>1 when at least half of the words that mean something are known here, proportionally less below; a text of names alone is 1.</summary>
    private double Coverage(IReadOnlyList<string> words)
    {
        string[] meaning = [.. words.Where(IsMeaning)];
        if (meaning.Length == 0)
        {
            // "What is on LUM-0042?", "who is Acme?": little else could be asked of an id, and of a name by "who".
            return words.All(IsPlaceholder) || words.Contains(Words.Identifier) || (words.Contains("who") && words.Contains(Words.Name)) ? 1 : 0.3;
        }

        var known = meaning.Count(w => _weights.ContainsKey(w) || Synonyms.Canonical(w) is not null) / (double)meaning.Length;
        return Math.Min(1, 2 * known);
    }

    /// <summary>The words that mean something and that no phrase of this label has.</summary>
    public IEnumerable<string> StrangeTo(string label, IReadOnlyList<string> words) => words.Where(w => IsMeaning(w) && LabelsOf(w).GetValueOrDefault(label) == 0).Distinct();

    /// <summary>The words that mean something and that every phrase of this label has; none where it has few phrases.</summary>
    public IEnumerable<string> InAll(string label) => _inAll.GetValueOrDefault(label) ?? [];

    /// <summary>How much of what the words mean this label's phrases have, rare words counting more, 0 to 1.</summary>
    public double Covers(string label, IReadOnlyList<string> words)
    {
        var all = words.Where(IsMeaning).Distinct().Sum(WeightOf);
        return all == 0 ? 1 : 1 - (StrangeTo(label, words).Sum(WeightOf) / all);
    }

    /// <summary>True when this label's phrases have one of the words, and most phrases that have it are of such labels.</summary>
    public bool HasTelling(string label, IReadOnlyList<string> words, Func<string, bool> such) =>
        words.Any(w => IsMeaning(w) && LabelsOf(w) is var labels && labels.ContainsKey(label) && 2 * labels.Where(l => such(l.Key)).Sum(l => l.Value) >= labels.Values.Sum());

    /// <summary>True when a word of the text occurs in some phrase.</summary>
    public bool Knows(string text) => Words.Of(text).Any(w => !IsPlaceholder(w) && _weights.ContainsKey(w));

    private Dictionary<string, int> LabelsOf(string word) => _labelsOf.GetValueOrDefault(word) ?? NoLabels;

    private static readonly Dictionary<string, int> NoLabels = [];

    private static bool IsMeaning(string word) => !word.StartsWith('#') && !word.Contains(' ', StringComparison.Ordinal) && !QuestionWords.Contains(word);

    private static double Blend(double[] best) => best.Length == 0 ? 0 : (0.8 * best[0]) + (0.2 * best.Average());

    /// <summary>Questions of every kind begin with these.</summary>
    private static readonly HashSet<string> QuestionWords = ["what", "why", "how", "which", "when", "who", "where", "list", "explain", "give", "look"];

    private static double Weight(string feature, double idf) => IsPlaceholder(feature) || QuestionWords.Contains(feature) ? 0.35 * idf : feature.Contains(' ', StringComparison.Ordinal) ? 0.6 * idf : idf;

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
        : IsPlaceholder(feature) ? 0.2 * _unknownWeight : 0.8 * _unknownWeight;
}
