using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Tools;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>One of several things that a message asks.</summary>
/// <param name="Words">As they were written.</param>
/// <param name="Intent">Null when they were not understood.</param>
internal sealed record Ask(string Words, Intent? Intent);

/// <summary>The specialist whose rules read a message, and the others, who may take a part of it.</summary>
/// <param name="Others">With how they read, and whether they are asked the same message now.</param>
internal sealed record Readers(string Me, IntentMatcher Mine, IReadOnlyList<(string Specialist, IntentMatcher Matcher, bool Beside)> Others);

/// <summary>
/// Takes apart a message that surely asks for several things. It is left whole where that is not sure: where a proposal
/// hangs on a condition or on what another part finds, and where only one thing is asked.
/// </summary>
internal static partial class SeveralAsks
{
    /// <summary>Answered in one turn; those after them are named and left for the next.</summary>
    public const int Most = 4;

    /// <summary>A stranger to every rule has at least so many words that mean something.</summary>
    private const int LeastStrange = 2;

    /// <summary>Longest words that are repeated to the asker, in characters.</summary>
    private const int MostRepeated = 120;

    /// <returns>In the order asked, or nothing when the message is to be read as a whole.</returns>
    public static IReadOnlyList<Ask> In(string text, Readers readers)
    {
        if (PlaybookLine().IsMatch(text) || Handover.PartIn(text) is not null || PastedTicket.RequestOf(text) is not null)
        {
            return [];
        }

        var asks = Merged(Stretches(text).Where(s => !IsOfAnother(s, readers)).Select(s => Understood(s, readers.Mine)));
        Ask[] sure = [.. asks.Where(a => a.Intent is not null)];
        Ask[] told = [.. asks.Where(a => a.Intent is not null || IsStrange(a.Words, sure, readers))];
        return told.Length > 1 && sure.Length > 0 && !HangsOnAnother(text, sure) ? told : [];
    }

    /// <summary>Words as they are repeated to who wrote them.</summary>
    public static string Repeated(string words) => words.Trim(' ', '.', '?', '!', ',', ';') is var bare && bare.Length > MostRepeated ? bare[..MostRepeated].TrimEnd() + "…" : bare;

    /// <summary>From where one thing is asked to where the next is; what leads up to the first is nobody's part.</summary>
    private static List<string> Stretches(string text)
    {
        var (stretches, start, from) = (new List<string>(), -1, 0);
        var visible = Quotation().Replace(Pasted().Replace(text, Blank), Blank);
        foreach (var (at, to, afterComma) in Fragments(visible))
        {
            if (Opens(visible[at..to], afterComma) && !IsThin(visible[at..to]))
            {
                Add(at);
                start = at;
            }

            from = to;
        }

        Add(from);
        return stretches;

        void Add(int end)
        {
            if (start >= 0)
            {
                stretches.Add(Joint().Replace(text[start..end], "").Trim());
            }
        }
    }

    private static string Blank(Match quoted) => new(' ', quoted.Length);

    private static IEnumerable<(int At, int To, bool AfterComma)> Fragments(string text)
    {
        var (at, comma) = (0, false);
        foreach (Match found in PartBreak().Matches(text))
        {
            yield return (at, found.Index + (found.Value[0] is '?' or '.' or '!' ? 1 : 0), comma);
            (at, comma) = (found.Index + found.Length, found.Value.Trim() == ",");
        }

        yield return (at, text.Length, comma);
    }

    /// <summary>True where something new is asked: a question or an order. After a comma alone "which …" and "when they …" tell more of what was said.</summary>
    private static bool Opens(string fragment, bool afterComma) =>
        WriteRequests.AreIn(fragment) || (afterComma ? Inverted() : Opening()).IsMatch(fragment);

    /// <summary>"Until when?", "and when does it end?" ask about what stands before them.</summary>
    private static bool IsThin(string fragment) => !Words.Of(fragment).Any(w => !Thin.Contains(w));

    private static readonly HashSet<string> Thin = new(["what", "why", "how", "which", "when", "who", "where", .. Words.Of("why what how which when who where until since long end ends ended")], StringComparer.Ordinal);

    private static Ask Understood(string words, IntentMatcher mine)
    {
        var (intent, score) = mine.OfPart(words);
        return new Ask(words, IntentMatcher.IsSure(score) ? intent : null);
    }

    /// <summary>"Why did it go up, and what changed?" asks once; of two customers the same twice.</summary>
    private static List<Ask> Merged(IEnumerable<Ask> asks)
    {
        var merged = new List<Ask>();
        foreach (var ask in asks)
        {
            if (ask.Intent is not null && merged.FindIndex(a => a.Intent == ask.Intent) is >= 0 and var same && !NamesItsOwn(ask.Words))
            {
                continue;
            }

            merged.Add(ask);
        }

        return merged;
    }

    private static bool NamesItsOwn(string words) => Words.Of(words).Any(w => w is Words.Name or Words.Identifier);

    /// <summary>True for what another specialist takes by the rule of handing over, or by which of those asked now is nearer.</summary>
    private static bool IsOfAnother(string words, Readers readers)
    {
        var mine = readers.Mine.OfPart(words).Score;
        return readers.Others.Any(o => o.Matcher.OfPart(words).Score is var theirs
            && ((IntentMatcher.IsSure(theirs) && theirs >= 2 * mine) || (o.Beside && theirs > mine)));
    }

    /// <summary>True for words that ask for something of their own, by words that what was understood never has; of those asked now one says so.</summary>
    private static bool IsStrange(string words, Ask[] sure, Readers readers) =>
        readers.Others.All(o => !o.Beside || string.CompareOrdinal(readers.Me, o.Specialist) < 0)
        && sure.All(a => readers.Mine.StrangeTo(a.Intent!, words).Count() >= LeastStrange);

    /// <summary>
    /// True where a proposal rests on a condition, points to what another part finds ("refund it"), or is made by another part as well, and where
    /// one asks about all and the other about nobody who is named ("how many are past due, and what are they worth?").
    /// </summary>
    private static bool HangsOnAnother(string text, Ask[] sure)
    {
        var proposals = sure.SelectMany(a => a.Intent!.Steps.OfType<RuleStep.Call>()).Where(c => c.Id == RuleRun.ProposalStep).Select(c => c.Tool).ToArray();
        var ordered = Array.FindAll(sure, a => a.Intent!.OnRequest);
        return proposals.Distinct().Count() < proposals.Length
            || (Array.Exists(sure, a => a.Intent!.Needs.Count == 0 && !a.Intent.General) && Array.Exists(sure, a => a.Intent!.Needs.Count > 0) && !NamesItsOwn(text))
            || (ordered.Length > 0 && Condition().IsMatch(text))
            || Array.Exists(ordered, a => PointsBack().IsMatch(a.Words) && !(a.Intent!.Needs.Contains("invoice") && EntityReader.NamesObject(text)));
    }

    [GeneratedRegex(@"[?;.!]+\s+|\n+|,\s+(?:and\s+)?(?:also\s+|then\s+)?|\s+(?:and also|and then|and|also|plus|then)\s+|\s+[–—-]\s+", RegexOptions.IgnoreCase)]
    private static partial Regex PartBreak();

    /// <summary>What binds a part to the one before it or after it.</summary>
    [GeneratedRegex(@"^(?:\s*(?:and|also|plus|then|so|but)\b)+[\s,]*|(?:[\s,;–—-]|\s(?:and|also|plus|then))+$", RegexOptions.IgnoreCase)]
    private static partial Regex Joint();

    [GeneratedRegex(@"^\s*(?:(?:and|also|plus|then|so|but|oh|ok(?:ay)?|please|kindly|just|again|first(?:ly)?|second(?:ly)?|third(?:ly)?|finally|lastly|hi|hey|hello|[0-9a-d][.)]|[-*•])[\s,:]*)*(?:what(?:['’]s)?|why|how|when|which|who|where|is|are|was|were|do|does|did|has|have|had|can|could|would|will|should|shall|may|until when|since when|tell (?:me|us)|let (?:me|us) know|show|explain|list|look|check|find|(?:i|we) (?:also )?(?:need|want|would like|['’]d like))\b", RegexOptions.IgnoreCase)]
    private static partial Regex Opening();

    [GeneratedRegex(@"^\s*(?:(?:what|why|how|when|where)(?: \w+){0,2}? (?:is|are|was|were|do|does|did|has|have|had|can|could|would|will|should|may)|(?:is|are|was|were|do|does|did|can|could|would|will) (?:the|it|they|you|we|he|she|i|there|her|his|their)|tell (?:me|us)|let (?:me|us) know|show|explain|list)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Inverted();

    [GeneratedRegex(@"\b(?:if|unless|otherwise|in case|provided|depending|only when|whether|or|instead)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Condition();

    [GeneratedRegex(@"\b(?:it|that|this|those|these|one)\b", RegexOptions.IgnoreCase)]
    private static partial Regex PointsBack();

    [GeneratedRegex("\"[^\"]*\"|[“„][^“”]*[“”]|«[^»]*»|‘[^’]*’", RegexOptions.CultureInvariant)]
    private static partial Regex Quotation();

    /// <summary>What follows a line that ends in a colon is somebody else's, since nobody can tell where it ends; so is the rest of a line after "says:", and all of it where empty lines follow.</summary>
    [GeneratedRegex(@"(?<=:[ \t]*\n)[\s\S]+|(?<=\b(?:reads|says|said|writes|wrote|screenshot)\s*:)[\s\S]*\n[ \t]*\n[\s\S]*|(?<=\b(?:reads|says|said|writes|wrote|screenshot)\s*:)[^\n]+(?=\n)", RegexOptions.IgnoreCase)]
    private static partial Regex Pasted();

    [GeneratedRegex(@"^Playbook [a-z_]+\.")]
    private static partial Regex PlaybookLine();
}
