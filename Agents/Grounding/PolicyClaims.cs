using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;
using BillingCopilot.Billing.Text;

namespace BillingCopilot.Agents.Grounding;

/// <summary>
/// Finds sentences that say what our policy allows, forbids, requires or promises without its words: such a sentence
/// has to hold a quotation out of a policy, or stand beside one, and the text has to name the section.
/// </summary>
public static partial class PolicyClaims
{
    /// <summary>Shorter ones are names of sections.</summary>
    private const int MinWords = 3;

    /// <summary>Fields that say where in our policies a quotation stands.</summary>
    private static readonly string[] PlaceFields = ["section", "title"];

    public static IReadOnlyList<string> In(string text, Evidence evidence) => [.. Found(text, evidence).Select(s => s.Of(text).Trim())];

    /// <summary>True when only the last sentence is such a one, or the one before it: its quotation may come next, and the section after that.</summary>
    public static bool MayStillBeQuoted(string text, Evidence evidence) =>
        Found(text, evidence) is [var only] && Sentences.Split(text[only.End..]).Count <= 1;

    /// <summary>The words that ask the model to correct itself.</summary>
    /// <param name="given">The beginning of the answer that the person has read already.</param>
    public static string CorrectionRequest(IReadOnlyList<string> claims, string given = "") =>
        $"{GroundingCheck.CorrectionMark} You said \"{string.Join("\", \"", claims)}\" without the policy's words. {GroundingCheck.Again(given)} with a quotation out of search_policies, verbatim in quotation marks, and the title and section, beside each sentence on what a policy says; where none says it, say that you found no policy.";

    /// <summary>The text with each claim marked that lies behind what was given out.</summary>
    /// <param name="from">Where that begins.</param>
    public static string Mark(string text, Evidence evidence, int from = 0)
    {
        foreach (var claim in Found(text, evidence).Where(c => c.End > from).Reverse())
        {
            text = text.Insert(claim.Start + claim.Of(text).TrimEnd().Length, " [unverified: no policy is quoted]");
        }

        return text;
    }

    private static List<Span> Found(string text, Evidence evidence)
    {
        if (!Policy().IsMatch(text))
        {
            return [];
        }

        var quotations = Quotation().Matches(text).Select(m => (At: new Span(m.Index, m.Length), Words: m.Groups["words"].Value)).ToArray();
        var whole = Evidence.Flat(text);
        Span[] backing = [.. quotations.Where(q => q.Words.Split(' ').Length >= MinWords && IsBacked(q.Words, whole, evidence)).Select(q => q.At)];
        Span[] sentences = [.. Whole(Sentences.Split(text), [.. quotations.Select(q => q.At)])];
        return [.. Enumerable.Range(0, sentences.Length).Where(i => IsClaim(Without(sentences[i], text, quotations.Select(q => q.At))) && !IsBeside(sentences, i, backing)).Select(i => sentences[i])];
    }

    /// <summary>Sentences of which none ends inside a quotation.</summary>
    private static IEnumerable<Span> Whole(IReadOnlyList<Span> sentences, Span[] quotations)
    {
        Span? open = null;
        foreach (var sentence in sentences)
        {
            var span = open is { } begun ? new Span(begun.Start, sentence.End - begun.Start) : sentence;
            open = Array.Exists(quotations, q => q.Start < span.End && span.End < q.End) ? span : null;
            if (open is null)
            {
                yield return span;
            }
        }

        if (open is { } last)
        {
            yield return last;
        }
    }

    /// <summary>What a sentence says itself: quoted words claim nothing.</summary>
    private static string Without(Span sentence, string text, IEnumerable<Span> quotations)
    {
        var own = text.ToCharArray();
        foreach (var quotation in quotations)
        {
            own.AsSpan(quotation.Start, quotation.Length).Fill(' ');
        }

        return sentence.Of(new string(own));
    }

    private static bool IsClaim(string sentence) =>
        Claim().IsMatch(sentence) && !Nothing().IsMatch(sentence) && !sentence.TrimEnd().EndsWith('?');

    /// <summary>In the sentence itself, or in the one before or after it.</summary>
    private static bool IsBeside(Span[] sentences, int at, Span[] backing)
    {
        var (start, end) = (sentences[Math.Max(0, at - 1)].Start, sentences[Math.Min(sentences.Length - 1, at + 1)].End);
        return Array.Exists(backing, q => q.Start < end && start < q.End);
    }

    /// <summary>Verbatim in a policy of which the text names the section or the title, where it has one.</summary>
    private static bool IsBacked(string words, string whole, Evidence evidence)
    {
        if (evidence.PolicyHolderOf(words) is not { } holder)
        {
            return false;
        }

        string[] names = [.. PlaceFields.Select(n => Text(holder.Owner, n)).Where(n => n.Length > 0)];
        return names.Length == 0 || Array.Exists(names, n => whole.Contains(Evidence.Flat(n), StringComparison.OrdinalIgnoreCase));
    }

    private static string Text(JsonObject? node, string name) => node?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? UntrustedWords.Strip(text) : "";

    private const string Ours = @"(?:polic(?:y|ies)|guidelines?|rule ?book|(?<=\b(?:our|company|house|refund|billing)\s+(?:\w+\s+)?)rules?)\b(?!\.ya?ml)";

    private const string Says = "lets?|allows?|permits?|forbids?|prohibits?|requires?|says?|states?|promises?|is|are|means?|covers?|gives?|grants?|entitles?|demands?|caps?|limits?|excludes?|provides?|guarantees?|asks?|wants?|applies|apply";

    [GeneratedRegex(@"\bpolic|guideline|\brules?\b|\bwe\s+(?:may|are)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Policy();

    /// <summary>"Our policy lets us …", "by our rules", "we may not …".</summary>
    [GeneratedRegex(@"\b" + Ours + @"(?:\s+(?:on|for|of|about)\s+(?:\w+\s+){1,4}?|\s+)(?:(?:also|only|clearly|explicitly|always|never|does\s+not|doesn['’]t|do\s+not|don['’]t|would|will)\s+)*(?:" + Says + @")\b"
        + @"|\b(?:by|under|per|following|according\s+to|in\s+line\s+with)\s+(?:our|the|company|these|this)\s+(?:\w+\s+){0,2}" + Ours
        + @"|\b(?:allowed|permitted|forbidden|prohibited|required)\s+(?:by|under)\s+(?:\w+\s+)?" + Ours
        + @"|\bwe\s+may\s+(?:(?:not|only|always|never|also)\s+)*(?:refund|credit|waive|give|grant|offer|charge|cancel|void|retry|promise|issue)\b|\bwe\s+are\s+(?:not\s+|only\s+)?(?:allowed|permitted|obliged|entitled)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Claim();

    /// <summary>It tells of what no policy says, or of what the copilot looked for.</summary>
    [GeneratedRegex(@"\b(?:says?|said|states?|finds?|found)\s+nothing\b|\b(?:no|any)\s+(?:\w+\s+){0,3}(?:polic(?:y|ies)|rules?|guidelines?)\b|\b(?:does\s+not|doesn['’]t|do\s+not|don['’]t)\s+(?:say|cover|mention|address|name|speak|tell|state)\b|\bnot\s+covered\b|\b(?:is|are)\s+silent\b|\bnothing\s+in\s+(?:our|the)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Nothing();

    [GeneratedRegex("[\"“«](?<words>[^\"“”«»]{8,}?)[\"”»]", RegexOptions.CultureInvariant)]
    private static partial Regex Quotation();
}
