using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Tools;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>What the rules model understood.</summary>
/// <param name="Text">The words to read entities from, newest first: an answer to a question back comes with the question before it.</param>
/// <param name="Declined">What was offered is not wanted.</param>
/// <param name="IsPart">The newest words are a part of those after them, and say themselves what is wanted.</param>
/// <param name="Beside">The other parts, nearest first: all that is taken from them is whom and which invoice they name.</param>
internal sealed record Understood(Intent? Intent, IReadOnlyList<string> Text, bool Declined = false, bool IsPart = false, IReadOnlyList<string>? Beside = null);

/// <summary>Finds the intent of the last message, with what went before in mind.</summary>
internal sealed partial class IntentMatcher
{
    private const double Threshold = 0.24;
    private const double Sure = 0.42;

    /// <summary>Of two that propose, one that comes to this share of the other may be meant as well, unless the words are nearly an example's.</summary>
    private const double Tie = 0.83;
    private const double NearlyAnExample = 0.55;

    /// <summary>Words that come to this may lack a matter that all examples speak of.</summary>
    private const double AsGoodAsAnExample = 0.8;

    /// <summary>From here on words that the intent never speaks of are taken for a way of speaking.</summary>
    private const double BeyondDoubt = 0.7;

    /// <summary>What covers less of the words has to be sure.</summary>
    private const double LeastCovered = 0.3;

    /// <summary>In place of one that can't be meant: another has to come to this share of it.</summary>
    private const double NearTheBest = 0.8;

    /// <summary>What a question about somebody counts as one about our rules.</summary>
    private const double GeneralOfSomebody = 0.5;

    /// <summary>The same of a question about our rules, which may be about anything.</summary>
    private const double GeneralBeyondDoubt = 0.45;

    private readonly RuleSet _rules;
    private readonly PhraseIndex _index;

    public IntentMatcher(RuleSet rules)
    {
        _rules = rules;
        // A playbook's words state what an event said; nobody's question may lead there.
        _index = new PhraseIndex(rules.Intents.Where(i => !i.Name.StartsWith("playbook_", StringComparison.Ordinal)).SelectMany(i => i.Examples.Select(e => (i.Name, e))));
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

        if (Handover.PartIn(asked) is { } handed)
        {
            return new Understood(Best(handed.What) is { Score: >= Threshold } mine ? mine.Intent : null, [handed.What, handed.Before], IsPart: true);
        }

        if (PastedTicket.RequestOf(asked) is { } request && Best(request) is { Score: >= Threshold } paste)
        {
            return new Understood(paste.Intent, [asked]);
        }

        var (best, score) = Best(asked);
        if (Correction().Match(asked) is { Success: true } corrected && Words.Of(asked[corrected.Length..]) is { Count: > 0 } meant && meant.All(w => w.StartsWith('#')) && dialogue.Before().FirstOrDefault() is { Asked: { } mistaken })
        {
            return new Understood(Best(mistaken) is { Score: >= Threshold } same ? same.Intent : null, [asked[corrected.Length..], mistaken]);
        }

        // Before anything was answered there is nothing to decline: "don't charge them" is an order of its own.
        if (dialogue.AnsweredBefore.Length > 0 && Replies.IsNo(asked, rest => Best(rest).Score >= Threshold))
        {
            return new Understood(null, [asked], Declined: true);
        }

        if (Offered(dialogue.AnsweredBefore) is not null && Thanked(asked))
        {
            return new Understood(null, [asked], Declined: true);
        }

        if (Offered(dialogue.AnsweredBefore) is { } offered && Replies.AfterYes(asked) is { } rest)
        {
            if (best?.Name == offered.Name || TakesUp(offered, rest))
            {
                return new Understood(offered, [rest]);
            }

            if (best is { OnRequest: true } && !NamesItsOwn(rest) && PointsBack().IsMatch(rest))
            {
                // "Yes, but refund it instead": what "it" is was never said.
                return new Understood(null, [asked]);
            }
        }

        if (Ruled(asked, best ?? _rules.Find(_index.Rank(asked)[0].Label)) is { } general)
        {
            return new Understood(general, [asked]);
        }

        if (IsAnswerBack(dialogue))
        {
            return Continued(dialogue);
        }

        var words = Words.Of(asked);
        if (IsElliptic(asked, words) && dialogue.Before().Select(b => b.Asked).FirstOrDefault(b => !IsElliptic(b, Words.Of(b))) is { } earlier)
        {
            // A bare name, or "and the one before that?", means: the same question, about them.
            return new Understood(Best(earlier) is { Score: >= Threshold } again ? again.Intent : null, [asked, earlier]);
        }

        return new Understood(score >= (words.Count <= 2 ? Sure : Threshold) ? best : null, PartAbout(best, asked) is { } part ? [part, asked] : [asked]);
    }

    /// <summary>
    /// The part of a question that another specialist surely takes and that means little here, where the rest is asked
    /// of this one; null when there is none.
    /// </summary>
    public (string To, string What)? PartForAnother(string asked, IEnumerable<(string Specialist, IntentMatcher Matcher)> others)
    {
        var parts = PartBreak().Split(asked).Where(p => Words.Of(p).Count >= 3).ToList();
        return parts.Exists(p => Best(p).Score >= Sure)
            ? parts.SelectMany(p => others.Where(o => o.Matcher.Best(p).Score >= Math.Max(Sure, 2 * Best(p).Score)).Select(o => ((string, string)?)(o.Specialist, p.Trim()))).FirstOrDefault()
            : null;
    }

    /// <summary>What one of several things asked means, read by itself.</summary>
    public (Intent? Intent, double Score) OfPart(string part)
    {
        var (best, score) = Best(part);
        return Ruled(part, best ?? _rules.Find(_index.Rank(part)[0].Label)) is { } general ? (general, Math.Max(Sure, score)) : (best, score);
    }

    /// <summary>True where words mean an intent beyond asking back.</summary>
    public static bool IsSure(double score) => score >= Sure;

    /// <summary>Words that mean something and that the intent never speaks of.</summary>
    public IEnumerable<string> StrangeTo(Intent intent, string text) => _index.StrangeTo(intent.Name, Words.Of(text));

    /// <summary>True for a reply to what was offered or asked back, which has no parts of its own.</summary>
    public bool IsReply(Dialogue dialogue) =>
        Replies.IsNo(dialogue.Asked, rest => Best(rest).Score >= Threshold)
        || Correction().IsMatch(dialogue.Asked)
        || (Offered(dialogue.AnsweredBefore) is not null && (Thanked(dialogue.Asked) || Replies.AfterYes(dialogue.Asked) is not null));

    private bool Thanked(string text) => Replies.IsThanks(text, rest => Best(rest).Score >= Threshold);

    /// <summary>True for words after a yes that want what was offered, and nothing else, of nobody else.</summary>
    private bool TakesUp(Intent offered, string rest) => !rest.Contains('?') && !Contrast().IsMatch(rest) && !NamesItsOwn(rest)
        && !Action().Matches(rest).Any(m => _index.StrangeTo(offered.Name, Words.Of(m.Value)).Any());

    private bool NamesItsOwn(string text) => EntityReader.NamesObject(text) || NameReader.Find(text, IsWord) is not null || Words.Of(text).Contains(Words.Amount);

    /// <summary>True for what a question back was answered with.</summary>
    public bool IsAnswerBack(Dialogue dialogue) =>
        AskBack.IsIn(dialogue.AnsweredBefore) && !(Best(dialogue.Asked).Score >= Sure && Words.Of(dialogue.Asked).Count >= 3);

    /// <summary>True when nothing is asked but about whom or what.</summary>
    private static bool IsElliptic(string text, IReadOnlyList<string> words) =>
        (words.Count > 0 && words.All(w => w is Words.Name or Words.Period or Words.Amount))
        || (Lead().Match(text) is { Success: true } lead && Words.Of(Pointer().Replace(text[lead.Length..], " ")).All(w => w.StartsWith('#')));

    /// <summary>
    /// The intent that quotes our policy, when the words say that they ask for it, or when they ask in general what
    /// the likeliest intent could only answer for somebody.
    /// </summary>
    private Intent? Ruled(string asked, Intent? best)
    {
        var named = NameReader.FindMarked(asked, IsWord) is not null || EntityReader.NamesObject(asked);
        var rule = _rules.Intents.FirstOrDefault(i => i.General);
        return GeneralQuestion.NamesPolicy(asked) || (!named && (best is { Needs.Count: > 0 } || best == rule) && GeneralQuestion.Is(asked)) ? rule : null;
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

    /// <summary>
    /// Of a question about several ("why did Acorn's bill go up, and why did Birch's payment fail?") the part that
    /// asks for this intent; null when no other part names somebody else.
    /// </summary>
    private string? PartAbout(Intent? intent, string text)
    {
        var parts = PartBreak().Split(text).Select(p => (Text: p, Name: NameReader.FindMarked(p, IsWord))).ToArray();
        return intent is null || parts.Select(p => p.Name).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Count() < 2
            ? null
            : parts.Where(p => p.Name is not null && Words.Of(p.Text).Count >= 2).Select(p => (p.Text, Rank: _index.Rank(p.Text)[0]))
                .Where(p => p.Rank.Label == intent.Name && p.Rank.Score >= Threshold).OrderByDescending(p => p.Rank.Score).Select(p => p.Text).FirstOrDefault();
    }

    /// <summary>The best of the whole text and of its parts: one specialist may be asked only a part of it.</summary>
    private (Intent? Intent, double Score) Best(string text) => PartBreak().Split(text).Where(p => Words.Of(p).Count >= 3)
        .Select(part => (Text: part, Share: 0.9)).Append((Text: text, Share: 1))
        .Select(p => (Best: Fitting(p.Text, text), p.Share))
        .Select(p => (Intent: p.Best.Label is null ? null : _rules.Find(p.Best.Label), Score: p.Best.Score * p.Share))
        .MaxBy(p => p.Score);

    /// <summary>
    /// The best that can be meant: nothing that lists everybody's where somebody is named, nothing that proposes where
    /// only a fact is asked for, and nothing that never speaks of what the words speak of.
    /// </summary>
    /// <param name="part">The words to match.</param>
    /// <param name="text">What they are a part of.</param>
    private (string Label, double Score) Fitting(string part, string text)
    {
        var named = NameReader.FindMarked(EntityReader.WithoutWritings(text), IsWord) is not null;
        // "Acorn's plan?" has no word that asks for a change.
        var asksForFact = FactQuestion().IsMatch(text) || AsksOf(text) || (text.TrimEnd().EndsWith('?') && Words.Of(text).Count <= 2);
        var possible = _index.Rank(part).Select(r => (Intent: _rules.Find(r.Label)!, r.Score))
            .Where(r => !(r.Intent.OnRequest && asksForFact))
            .Select(r => (r.Intent, Score: named && r.Intent.General && !GeneralQuestion.NamesPolicy(text) ? (GeneralQuestion.IsOfThePast(text) ? 0 : GeneralOfSomebody) * r.Score : r.Score))
            .OrderByDescending(r => r.Score).ToArray();
        var words = Words.Of(part);
        if (ComparesTwo(text))
        {
            // What is known of one of them is no answer.
            possible = [.. possible.Where(r => r.Intent.Needs.Count == 0)];
        }

        var best = possible.FirstOrDefault(r => (!named || r.Intent.General || r.Intent.Needs.Count > 0) && SpeaksOf(r.Intent, r.Score, words, text) && IsOrdered(r.Intent, text) && !IsInAnotherLanguage(r.Intent, text));
        return WhyDone().IsMatch(text) || best.Intent is null || best.Score < NearTheBest * possible[0].Score || IsUnsure(best, possible) || (!asksForFact && IsPerhapsAWish(best, possible))
            ? default
            : (best.Intent.Name, best.Score);
    }

    /// <summary>False when the first word orders what the intent never speaks of ("delete", "ring"): it does something else.</summary>
    private bool IsOrdered(Intent intent, string text) =>
        !(Order().Match(text) is { Success: true } order && _index.StrangeTo(intent.Name, Words.Of(order.Groups["what"].Value)).Any());

    /// <summary>A fact that is asked for "in French", of an intent that speaks our language alone.</summary>
    private static bool IsInAnotherLanguage(Intent intent, string text) =>
        !intent.OnRequest && !intent.General && EntityReader.NamesLanguage(text) && !intent.Examples.Any(EntityReader.NamesLanguage);

    /// <summary>"Invoice LUM-0042, what is the second line?": nothing but a name or a number before the question.</summary>
    private static bool AsksOf(string text) => QuestionWord().Match(text) is { Success: true } word
        && Words.Of(text[..word.Index]).All(w => w.StartsWith('#') || w is "invoice" or "customer");

    /// <summary>"Why does Acorn pay more than Birch?": one customer beside another.</summary>
    private bool ComparesTwo(string text) => Comparison().Match(text) is { Success: true } than
        && NameReader.FindMarked(text[..than.Index], IsWord) is { } one && NameReader.FindMarked(text[(than.Index + than.Length)..], IsWord) is { } other
        && !one.Contains(other, StringComparison.OrdinalIgnoreCase) && !other.Contains(one, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// False when the words speak of a matter of billing that the intent never does ("the reminders" to one about plans),
    /// or hardly of anything that it does; of a proposal when they lack a matter that all its examples speak of (a dispute),
    /// have no word that asks for one, or ask to leave it.
    /// </summary>
    private bool SpeaksOf(Intent intent, double score, IReadOnlyList<string> words, string text) => intent.OnRequest
        ? (score >= AsGoodAsAnExample || _index.InAll(intent.Name).Where(IsMatter).All(words.Contains)) && _index.HasTelling(intent.Name, words, l => _rules.Find(l)!.OnRequest) && !Negated(text).Except(intent.Examples.SelectMany(Negated)).Any(w => !_index.StrangeTo(intent.Name, [w]).Any())
        : (score >= (intent.General ? GeneralBeyondDoubt : BeyondDoubt) || !_index.StrangeTo(intent.Name, words).Any(IsMatter))
            && (score >= Sure || _index.Covers(intent.Name, words) >= LeastCovered);

    /// <summary>What is not to be done: the words after "don't", "never", "stop".</summary>
    private static IEnumerable<string> Negated(string text) => Negation().Matches(text).Select(m => Words.Of(m.Groups["what"].Value).FirstOrDefault(m.Groups["what"].Value));

    /// <summary>A word that names a matter of billing, and no more of it than its time or kind.</summary>
    private static bool IsMatter(string word) => Synonyms.Canonical(word) is not null && !NoMatters.Contains(word);

    private static readonly HashSet<string> NoMatters = new(["list", "explain", "last", "next", "reason", "customer", "overview", "send", "change", "wrong", "history", "policy"], StringComparer.Ordinal);

    /// <summary>"They want their payment back" is near to what shows payments and near to what gives one back.</summary>
    private static bool IsPerhapsAWish((Intent Intent, double Score) best, (Intent Intent, double Score)[] possible) =>
        best.Score < NearlyAnExample && !best.Intent.OnRequest && Array.Exists(possible, o => o.Intent.OnRequest && o.Score >= 0.95 * best.Score);

    /// <summary>What would propose something has to be the nearest and surely meant, and no other proposal nearly as much.</summary>
    private static bool IsUnsure((Intent Intent, double Score) best, (Intent Intent, double Score)[] possible) => best.Intent.OnRequest
        && (best.Intent != possible[0].Intent || best.Score < Sure
            || (best.Score < NearlyAnExample && Array.Exists(possible, o => o.Intent != best.Intent && o.Intent.OnRequest && o.Score >= Tie * best.Score)));

    private Intent? Offered(string answer) => _rules.Intents
        .Where(i => i.Offer is not null && answer.Contains(i.Offer.Say, StringComparison.Ordinal))
        .Select(i => _rules.Find(i.Offer!.Intent))
        .FirstOrDefault();

    [GeneratedRegex(@"\b(?:but|instead|rather|except|though|only|just not|other than|explain|show|list|check|tell)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Contrast();

    [GeneratedRegex(@"\b(?:refund|reimburs|cancel|downgrad|upgrad|void|resend|mail|email|send|remind|pause|contest|accept|retry|delete|undo|draft|write)\w*|\b(?:money|pay|take) (?:it |them )?back\b", RegexOptions.IgnoreCase)]
    private static partial Regex Action();

    [GeneratedRegex(@"\b(?:it|that|this|those|these)\b", RegexOptions.IgnoreCase)]
    private static partial Regex PointsBack();

    /// <summary>"Sorry, I meant Acorn": the question before, about somebody else.</summary>
    [GeneratedRegex(@"^\s*(?:(?:sorry|oops|no|nope|wait|actually|my mistake|my bad|pardon|correction)\b[\s,.:!-]*)*(?:i (?:really )?mean[t]?|make (?:that|it)|rather|i was asking about|i am asking about|that should be|not (?:him|her|them|that one),? but)\b[\s,:]*", RegexOptions.IgnoreCase)]
    private static partial Regex Correction();

    [GeneratedRegex(@"^\s*(?:and |so |but |hi,? |hey,? |hello,? )?(?:does|do (?:we|they|i|you|customers)|is|are|was|were|has|have|had|did|should|shall|what|which|when|who|why|how (?:much|many|often|long))\b", RegexOptions.IgnoreCase)]
    private static partial Regex FactQuestion();

    [GeneratedRegex(@"\b(?:what|which|when|who|why|how|wtf|wth)\b", RegexOptions.IgnoreCase)]
    private static partial Regex QuestionWord();

    /// <summary>"Why did Maria give them a credit?": who did what here, and for which reason, no tool tells.</summary>
    [GeneratedRegex(@"\b[Ww]hy (?:did|have|has|had) (?:we|you|I|i|somebody|someone|\p{Lu}\p{L}+) (?:ever |already )?(?:give|given|grant(?:ed)?|credit(?:ed)?|refund(?:ed)?|approved?|waived?|void(?:ed)?)\b")]
    private static partial Regex WhyDone();

    /// <summary>"Please delete Acorn Labs"; not "send me their invoices".</summary>
    [GeneratedRegex(@"^\s*(?:(?:please|pls|plz|just|ok(?:ay)?|so|and|now|then|hi|hey|hello|kindly|(?:can|could|would|will) (?:you|we)|(?:we|i) (?:need|have|want) to)\b[\s,]*)*(?<what>delete|remove|erase|wipe|move|transfer|merge|rename|ring|call|phone|put|stop|kill|raise|return|send|e?mail|export|upload|forward|block|freeze)\b(?!\s+(?:me|us|over)\b)", RegexOptions.IgnoreCase)]
    private static partial Regex Order();

    [GeneratedRegex(@"\b(?:than|versus|vs\.?|compared (?:to|with)|unlike)\s", RegexOptions.IgnoreCase)]
    private static partial Regex Comparison();

    [GeneratedRegex(@"\b(?:don['’]?t|do not|never|stop|no need to|(?:nobody|no one|none of (?:us|you|them)) (?:should|may|must|can|is to|ought to)|(?:should|must)(?: not|n['’]?t))\s+(?:ever\s+|yet\s+)?(?<what>[\p{L}'’]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Negation();

    [GeneratedRegex(@"^\s*(?:and|so|but|ok(?:ay)?|now|then|what about|how about|what of|same (?:question )?for)\b[\s,]*(?:what about|how about|for|with)?", RegexOptions.IgnoreCase)]
    private static partial Regex Lead();

    [GeneratedRegex(@"\b(?:(?:the |their |its )?(?:one|invoice|bill) before(?: (?:that|it|this)(?: one)?)?|(?:the |their )?(?:previous|prior|preceding) (?:one|invoice|bill)|that one|this one|them|theirs)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Pointer();

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
    public const string Charge = "Which payment do you mean?";

    public static bool IsIn(string answer) =>
        answer.Contains(Customer, StringComparison.Ordinal) || answer.Contains(OneOf, StringComparison.Ordinal)
        || answer.Contains(Invoice, StringComparison.Ordinal) || answer.Contains(Amount, StringComparison.Ordinal)
        || answer.Contains(Charge, StringComparison.Ordinal);
}
