namespace BillingCopilot.Billing.Triage;

/// <summary>What a ticket is, by its words alone.</summary>
/// <param name="Intent">A name of <see cref="TriageWords.Intents"/>, or <c>other</c>.</param>
/// <param name="Certainty">0 to 1: the intent's share of what spoke for it and for the next one.</param>
/// <param name="Urgency"><c>low</c>, <c>normal</c> or <c>high</c>.</param>
/// <param name="Sentiment"><c>negative</c>, <c>neutral</c> or <c>positive</c>.</param>
/// <param name="Language">ISO 639-1; <c>und</c> when it can't be told.</param>
/// <param name="PolicyWords">To find the policy that applies; empty for <c>other</c>.</param>
public sealed record TicketLabels(string Intent, double Certainty, string Urgency, string Sentiment, string Language, string PolicyWords)
{
    /// <summary>True where the words decided nothing, and whoever read them gave the intent.</summary>
    public bool IsReading { get; private init; }

    /// <summary>As whoever read the ticket understands it. Where its words decide, they are kept: no reading talks them round.</summary>
    /// <param name="intent">A name of <see cref="TriageWords.Intents"/>; any other, and null, changes nothing.</param>
    public TicketLabels ReadAs(string? intent, TriageWords words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return Intent == TicketClassifier.Other && intent is not null && words.Intents.TryGetValue(intent, out var about)
            ? this with { Intent = intent, PolicyWords = about.Policy, IsReading = true }
            : this;
    }
}

/// <summary>Sorts tickets by weighted words. Pure: the same text always gets the same labels.</summary>
public sealed class TicketClassifier
{
    /// <summary>What no intent fits.</summary>
    public const string Other = "other";

    private const string Hostile = "hostile";

    private readonly TriageWords _words;
    private readonly Dictionary<string, TicketGroup> _groups;
    private readonly List<Scored> _intents;
    private readonly Dictionary<string, List<TicketPhrase>> _urgency;
    private readonly Dictionary<string, List<TicketPhrase>> _sentiment;
    private readonly TicketSpelling _spelling;

    public TicketClassifier(TriageWords words)
    {
        ArgumentNullException.ThrowIfNull(words);
        _words = words;
        _groups = words.Groups.ToDictionary(g => g.Key, g => new TicketGroup(g.Value));
        _intents = [.. words.Intents.Select(i => new Scored(i.Key, Weighted(i.Value.Words), Weighted(i.Value.Families)))];
        _urgency = words.Urgency.ToDictionary(u => u.Key, u => Phrases(u.Value));
        _sentiment = words.Sentiment.ToDictionary(s => s.Key, s => Phrases(s.Value));
        var phrases = _intents.SelectMany(i => i.All).Select(p => p.Phrase).Concat(_urgency.Values.SelectMany(p => p)).Concat(_sentiment.Values.SelectMany(p => p));
        _spelling = new TicketSpelling(phrases.SelectMany(p => p.Words).Concat(_groups.Values.SelectMany(g => g.Words)), words.Known.Concat(words.Languages.Values.SelectMany(l => l)));
    }

    public static TicketClassifier Shipped { get; } = new(TriageWords.Shipped);

    /// <summary>Every intent there is, without <see cref="Other"/>.</summary>
    public IEnumerable<string> Intents => _words.Intents.Keys;

    public TicketLabels Classify(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var raw = Tokens(text);
        var tokens = _spelling.Mend(raw);
        var said = new TicketText(tokens);
        var ranked = _intents.Select(i => (i.Name, Score: Score(said, i.All))).OrderByDescending(i => i.Score).ToList();
        var intent = Claimed(ranked);
        var about = intent == Other ? null : _words.Intents[intent];
        return new TicketLabels(
            intent,
            about is null ? 0 : Math.Round(ranked.First(i => i.Name == intent).Score / ranked.Take(2).Sum(i => Math.Max(0, i.Score)), 2),
            Urgency(tokens),
            Sentiment(said),
            Language(text, raw),
            about?.Policy ?? "");
    }

    /// <summary>Every intent for which anything in the text speaks, however little.</summary>
    public IReadOnlyList<string> Heard(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var said = new TicketText(_spelling.Mend(Tokens(text)));
        return [.. _intents.Where(i => i.All.Any(p => p.Weight > 0 && p.Phrase.In(said))).Select(i => i.Name)];
    }

    /// <summary>Whether an intent is claimed by its own <see cref="IntentWords.Words"/> alone, spelt as they are.</summary>
    public bool IsPlainly(string text, string intent)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Score(new TicketText(Tokens(text)), _intents.Single(i => i.Name == intent).Words) >= _words.Least;
    }

    private static double Score(TicketText said, IEnumerable<(TicketPhrase Phrase, double Weight)> phrases) =>
        phrases.Where(p => p.Phrase.In(said)).Sum(p => p.Weight);

    /// <summary>None where two are close; but where one of the two is hostile, that.</summary>
    private string Claimed(List<(string Name, double Score)> ranked)
    {
        var (first, second) = (ranked[0], ranked[1]);
        return first.Score < _words.Least ? Other
            : first.Score - second.Score >= _words.Margin ? first.Name
            : second.Name == Hostile && second.Score >= _words.Least ? second.Name
            : first.Name == Hostile ? first.Name
            : Other;
    }

    /// <summary>What must be seen today outweighs a polite close; a wish to hear back soon alone makes nothing urgent.</summary>
    private string Urgency(string[] tokens)
    {
        var plain = new TicketText(_urgency["later"].Aggregate(tokens, (left, phrase) => phrase.Without(left)));
        return Any(plain, _urgency["high"]) ? "high" : Any(plain, _urgency["low"]) ? "low" : "normal";
    }

    private string Sentiment(TicketText said) =>
        Any(said, _sentiment["negative"]) ? "negative" : Any(said, _sentiment["positive"]) ? "positive" : "neutral";

    private string Language(string text, string[] tokens)
    {
        if (text.Any(c => c is >= '\u3040' and <= '\u30FF'))
        {
            return "ja";
        }

        var (code, count) = _words.Languages.Select(l => (l.Key, Count: tokens.Count(l.Value.Contains))).MaxBy(l => l.Count);
        return count == 0 ? "und" : code;
    }

    private static bool Any(TicketText said, List<TicketPhrase> phrases) => phrases.Exists(p => p.In(said));

    private List<TicketPhrase> Phrases(IEnumerable<string> texts) => [.. texts.Select(t => TicketPhrase.Parse(t, _groups))];

    private List<(TicketPhrase Phrase, double Weight)> Weighted(IReadOnlyDictionary<string, double> words) =>
        [.. words.Select(w => (TicketPhrase.Parse(w.Key, _groups), w.Value))];

    /// <summary>Words in lower case without accents; everything else parts them.</summary>
    internal static string[] Tokens(string text) => TicketText.Parted(text);

    private sealed record Scored(string Name, List<(TicketPhrase Phrase, double Weight)> Words, List<(TicketPhrase Phrase, double Weight)> Families)
    {
        public IEnumerable<(TicketPhrase Phrase, double Weight)> All => Words.Concat(Families);
    }
}
