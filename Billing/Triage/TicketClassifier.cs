using System.Globalization;
using System.Text;

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

    private readonly TriageWords _words;
    private readonly List<(string Name, List<(string[] Phrase, double Weight)> Phrases)> _intents;

    public TicketClassifier(TriageWords words)
    {
        ArgumentNullException.ThrowIfNull(words);
        _words = words;
        _intents = [.. words.Intents.Select(i => (i.Key, i.Value.Words.Select(w => (w.Key.Split(' '), w.Value)).ToList()))];
    }

    public static TicketClassifier Shipped { get; } = new(TriageWords.Shipped);

    /// <summary>Every intent there is, without <see cref="Other"/>.</summary>
    public IEnumerable<string> Intents => _words.Intents.Keys;

    public TicketLabels Classify(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = Tokens(text);
        var ranked = _intents
            .Select(i => (i.Name, Score: i.Phrases.Where(p => Has(tokens, p.Phrase)).Sum(p => p.Weight)))
            .OrderByDescending(i => i.Score)
            .ToList();
        var known = ranked[0].Score >= _words.Least;
        var intent = known ? ranked[0].Name : Other;
        var about = known ? _words.Intents[intent] : null;
        return new TicketLabels(
            intent,
            known ? Math.Round(ranked[0].Score / (ranked[0].Score + Math.Max(0, ranked[1].Score)), 2) : 0,
            Urgency(tokens),
            Sentiment(tokens),
            Language(text, tokens),
            about?.Policy ?? "");
    }

    /// <summary>Every intent for which anything in the text speaks, however little.</summary>
    public IReadOnlyList<string> Heard(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = Tokens(text);
        return [.. _intents.Where(i => i.Phrases.Any(p => p.Weight > 0 && Has(tokens, p.Phrase))).Select(i => i.Name)];
    }

    /// <summary>What must be seen today outweighs a polite close; a wish to hear back soon alone makes nothing urgent.</summary>
    private string Urgency(string[] tokens)
    {
        var plain = tokens;
        foreach (var phrase in _words.Urgency["later"].Select(p => p.Split(' ')))
        {
            plain = Without(plain, phrase);
        }

        return Any(plain, _words.Urgency["high"]) ? "high" : Any(plain, _words.Urgency["low"]) ? "low" : "normal";
    }

    private string Sentiment(string[] tokens) =>
        Any(tokens, _words.Sentiment["negative"]) ? "negative" : Any(tokens, _words.Sentiment["positive"]) ? "positive" : "neutral";

    private string Language(string text, string[] tokens)
    {
        if (text.Any(c => c is >= '\u3040' and <= '\u30FF'))
        {
            return "ja";
        }

        var (code, count) = _words.Languages.Select(l => (l.Key, Count: tokens.Count(l.Value.Contains))).MaxBy(l => l.Count);
        return count == 0 ? "und" : code;
    }

    private static bool Any(string[] tokens, IEnumerable<string> phrases) => phrases.Any(p => Has(tokens, p.Split(' ')));

    private static bool Has(string[] tokens, string[] phrase) => Enumerable.Range(0, tokens.Length).Any(at => EndOf(tokens, at, phrase, 0) >= 0);

    private static string[] Without(string[] tokens, string[] phrase)
    {
        for (var at = 0; at < tokens.Length; at++)
        {
            if (EndOf(tokens, at, phrase, 0) is >= 0 and var end)
            {
                return [.. tokens[..at], .. tokens[end..]];
            }
        }

        return tokens;
    }

    /// <summary>Where a phrase that begins at a token ends; -1 when it does not begin there.</summary>
    private static int EndOf(string[] tokens, int at, string[] phrase, int part)
    {
        if (part == phrase.Length)
        {
            return at;
        }

        if (at >= tokens.Length)
        {
            return -1;
        }

        var wanted = phrase[part];
        if (wanted == "*")
        {
            return EndOf(tokens, at + 1, phrase, part + 1) is >= 0 and var one ? one : EndOf(tokens, at + 2, phrase, part + 1);
        }

        var fits = wanted[^1] == '*' ? tokens[at].StartsWith(wanted[..^1], StringComparison.Ordinal) : tokens[at] == wanted;
        return fits ? EndOf(tokens, at + 1, phrase, part + 1) : -1;
    }

    /// <summary>Words in lower case without accents; everything else parts them.</summary>
    internal static string[] Tokens(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ');
            }
        }

        return plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
