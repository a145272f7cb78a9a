using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>What the rules model understood.</summary>
/// <param name="Text">The words to read entities from, newest first: an answer to a question back comes with the question before it.</param>
/// <param name="Declined">What was offered is not wanted.</param>
internal sealed record Understood(Intent? Intent, IReadOnlyList<string> Text, bool Declined = false);

/// <summary>Finds the intent of the last message, with what went before in mind.</summary>
internal sealed partial class IntentMatcher
{
    private const double Threshold = 0.24;
    private const double Sure = 0.42;

    private readonly RuleSet _rules;
    private readonly PhraseIndex _index;

    public IntentMatcher(RuleSet rules)
    {
        _rules = rules;
        _index = new PhraseIndex(rules.Intents.SelectMany(i => i.Examples.Select(e => (i.Name, e))));
    }

    /// <summary>True for words of the examples.</summary>
    public bool IsWord(string word) => _index.Knows(word) || Synonyms.Canonical(word) is not null || Synonyms.Canonical(Stem.Of(word)) is not null;

    public Understood Match(Dialogue dialogue)
    {
        var asked = dialogue.Asked;
        if (PlaybookLine().Match(asked) is { Success: true } playbook)
        {
            var subjects = SubjectLine().Match(asked).Value;
            return new Understood(_rules.Find("playbook_" + playbook.Groups["name"].Value), [subjects]);
        }

        if (PastedTicket.RequestOf(asked) is { } request && Best(request) is { Score: >= Threshold } paste)
        {
            return new Understood(paste.Intent, [asked]);
        }

        var (best, score) = Best(asked);
        if (Replies.IsNo(asked, rest => Best(rest).Score >= Threshold))
        {
            return new Understood(null, [asked], Declined: true);
        }

        if (Offered(dialogue.AnsweredBefore) is { } offered && Replies.AfterYes(asked) is { } rest && (score < Sure || best?.Name == offered.Name))
        {
            return new Understood(offered, [rest]);
        }

        if (Ruled(asked, best) is { } general)
        {
            return new Understood(general, [asked]);
        }

        if (AskBack.IsIn(dialogue.AnsweredBefore) && !(score >= Sure && Words.Of(asked).Count >= 3))
        {
            return Continued(dialogue);
        }

        var words = Words.Of(asked);
        if (words.Count > 0 && words.All(w => w is Words.Name or Words.Period or Words.Amount) && dialogue.Before().FirstOrDefault() is { Asked: { } earlier })
        {
            // A bare name means: the same question, about them.
            return new Understood(Best(earlier) is { Score: >= Threshold } again ? again.Intent : null, [asked, earlier]);
        }

        return new Understood(score >= (words.Count <= 2 ? Sure : Threshold) ? best : null, [asked]);
    }

    /// <summary>
    /// The intent that quotes our policy, when the words say that they ask for it, or when they ask in general what
    /// the likeliest intent could only answer for somebody.
    /// </summary>
    private Intent? Ruled(string asked, Intent? best)
    {
        var named = NameReader.FindMarked(asked, IsWord) is not null || EntityReader.NamesObject(asked);
        return GeneralQuestion.NamesPolicy(asked) || (!named && best is { Needs.Count: > 0 } && GeneralQuestion.Is(asked))
            ? _rules.Intents.FirstOrDefault(i => i.General)
            : null;
    }

    /// <summary>The reply to a question back: the intent is that of the question it was asked about.</summary>
    private Understood Continued(Dialogue dialogue)
    {
        var texts = new List<string> { dialogue.Asked };
        foreach (var (asked, answer) in dialogue.Before().TakeWhile(b => AskBack.IsIn(b.Answer)))
        {
            texts.Add(asked);
        }

        var intent = texts.Skip(1).Select(Best).OrderByDescending(b => b.Score).FirstOrDefault(b => b.Score >= Threshold).Intent;
        return new Understood(intent, texts);
    }

    /// <summary>The best of the whole text and of its parts: one specialist may be asked only a part of it.</summary>
    private (Intent? Intent, double Score) Best(string text) => PartBreak().Split(text).Where(p => Words.Of(p).Count >= 3)
        .Select(part => (Text: part, Share: 0.9)).Append((Text: text, Share: 1))
        .Select(p => (Best: _index.Rank(p.Text)[0], p.Share))
        .Select(p => (Intent: _rules.Find(p.Best.Label), Score: p.Best.Score * p.Share))
        .MaxBy(p => p.Score);

    private Intent? Offered(string answer) => _rules.Intents
        .Where(i => i.Offer is not null && answer.Contains(i.Offer.Say, StringComparison.Ordinal))
        .Select(i => _rules.Find(i.Offer!.Intent))
        .FirstOrDefault();

    [GeneratedRegex(@"[?;.!]\s+|,\s+|\s+(?:and|also|plus|then)\s+", RegexOptions.IgnoreCase)]
    private static partial Regex PartBreak();

    [GeneratedRegex(@"^Playbook (?<name>[a-z_]+)\.")]
    private static partial Regex PlaybookLine();

    [GeneratedRegex(@"^This is about: .*$", RegexOptions.Multiline)]
    private static partial Regex SubjectLine();
}

/// <summary>The questions that the rules model asks back, by which it knows the next message for a reply.</summary>
internal static class AskBack
{
    public const string Customer = "Which customer do you mean?";
    public const string OneOf = "Which one do you mean?";
    public const string Invoice = "Which invoice do you mean? Its number or the customer's name is enough.";
    public const string Amount = "Which amount, and in which currency?";

    public static bool IsIn(string answer) =>
        answer.Contains(Customer, StringComparison.Ordinal) || answer.Contains(OneOf, StringComparison.Ordinal)
        || answer.Contains(Invoice, StringComparison.Ordinal) || answer.Contains(Amount, StringComparison.Ordinal);
}
