using System.Text.RegularExpressions;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Coordination;

/// <summary>
/// Sends a turn to the specialist whose examples and description it resembles, leaning to the one that spoke
/// last. Calls no model: what stays unclear it says so.
/// </summary>
public sealed partial class Coordinator
{
    /// <summary>Below this likeness to every example a text is not about billing.</summary>
    private const double Threshold = 0.17;

    /// <summary>What the last specialist gets on top.</summary>
    private const double Stickiness = 0.08;

    /// <summary>The best must lead by this share to be sure.</summary>
    private const double Margin = 0.12;

    private readonly PhraseIndex _index;
    private readonly IReadOnlyDictionary<string, AgentPrompt> _agents;

    public Coordinator(IReadOnlyDictionary<string, AgentPrompt> agents)
    {
        _agents = agents;
        _index = new PhraseIndex(agents.Values.SelectMany(a => a.Examples.Concat(Sentences.Split(a.Description).Select(s => s.Of(a.Description))).Select(e => (a.Name, e))));
    }

    /// <param name="lastAgent">Who answered the turn before in this conversation.</param>
    public Route Decide(string text, string? lastAgent)
    {
        if (Explicit().Match(text) is { Success: true } named && _agents.ContainsKey(named.Groups["agent"].Value.ToLowerInvariant()))
        {
            var agent = named.Groups["agent"].Value.ToLowerInvariant();
            return new Route.To([agent], [new RankedAgent(agent, 1)]);
        }

        text = PastedTicket.RequestOf(text) ?? text;

        // Of a joined answer (support+collections) the last one spoke last.
        var last = lastAgent?.Split('+')[^1] is { } l && _agents.ContainsKey(l) ? l : null;
        var scored = Score(text, last);
        var ranked = Certain(scored);
        return Thanks().IsMatch(text) ? new Route.None(Welcome, ranked)
            : SmallTalk().IsMatch(text) ? new Route.None(Capabilities, ranked) : Choose(text, last, scored, ranked);
    }

    /// <summary>What the specialists can do, in a line each.</summary>
    public string Capabilities => "I work on billing: " + string.Join(" ", _agents.Values.OrderBy(a => a.Name, StringComparer.Ordinal).Select(a => $"{Title(a.Name)}: {FirstSentence(a.Description)}"));

    /// <summary>Answers thanks.</summary>
    private const string Welcome = "You're welcome. I'm here for the next billing question, about an invoice, a payment or a subscription.";

    private static bool IsTie(IReadOnlyList<RankedAgent> ranked) => ranked.Count > 1 && ranked[1].Certainty >= 0.97 * ranked[0].Certainty;

    private string AskWhatAbout => "I'm not sure what you need. Which customer or invoice is it about, and what should I look at? " + Capabilities;

    /// <summary>Declines what is no business of the specialists.</summary>
    public string OutOfScope => "That isn't something I can help with. " + Capabilities;

    /// <summary>Asks back between candidates.</summary>
    private string QuestionBetween(IReadOnlyList<string> candidates) =>
        $"I'm not sure who should take this. Is it about {string.Join(", or about ", candidates.Select(c => Topic(_agents[c].Description)))}?";

    private Route Choose(string text, string? last, IReadOnlyList<(string Agent, double Score)> scored, IReadOnlyList<RankedAgent> ranked)
    {
        if (last is not null && Words.Of(text) is { Count: > 0 } words && words.All(w => w.StartsWith('#')))
        {
            // A name or a number alone answers what was asked before.
            return new Route.To([last], Lead(ranked, last));
        }

        var parts = Parts(text);
        if (parts.Count > 1)
        {
            return new Route.To(parts, ranked);
        }

        var (best, score) = scored[0];
        if (score < Threshold)
        {
            // A short reply ("yes, the second one") belongs to the talk it continues.
            return last is not null && IsFollowUp(text) ? new Route.To([last], Lead(ranked, last))
                : score > 0 && _index.Knows(text) ? new Route.Unclear([.. scored.Select(s => s.Agent)], ranked) { Answer = AskWhatAbout }
                : new Route.None(OutOfScope, ranked);
        }

        return scored.Count == 1 || best == last || score - scored[1].Score >= Margin * score || scored[1].Score < Threshold
            ? new Route.To([best], ranked)
            : new Route.Unclear([best, scored[1].Agent], ranked) { Answer = IsTie(ranked) && last is null ? QuestionBetween([best, scored[1].Agent]) : null };
    }

    /// <summary>The specialists that the parts of a question clearly belong to, when there are several.</summary>
    private List<string> Parts(string text)
    {
        var agents = new List<string>();
        foreach (var part in PartBreak().Split(text).Where(p => Words.Of(p).Count >= 2))
        {
            var scored = Score(part, null);
            var clear = scored[0].Score >= 1.3 * Threshold && (scored.Count == 1 || scored[0].Score >= 1.25 * scored[1].Score);
            if (clear && !agents.Contains(scored[0].Agent))
            {
                agents.Add(scored[0].Agent);
            }
        }

        return agents;
    }

    private IReadOnlyList<(string Agent, double Score)> Score(string text, string? last) =>
    [
        .. _index.Rank(text)
            .Select(r => (Agent: r.Label, Score: r.Score + (r.Label == last && r.Score > 0 ? Stickiness : 0)))
            .OrderByDescending(r => r.Score).ThenBy(r => r.Agent, StringComparer.Ordinal),
    ];

    /// <summary>Likeness as shares, sharpened so that a clear lead reads as one.</summary>
    private static IReadOnlyList<RankedAgent> Certain(IReadOnlyList<(string Agent, double Score)> scored)
    {
        var sum = scored.Sum(s => s.Score * s.Score) + (Threshold * Threshold / 2);
        return [.. scored.Select(s => new RankedAgent(s.Agent, Math.Round(s.Score * s.Score / sum, 3)))];
    }

    private static IReadOnlyList<RankedAgent> Lead(IReadOnlyList<RankedAgent> ranked, string agent) =>
        [.. ranked.Where(r => r.Agent == agent).Select(r => r with { Certainty = Math.Max(r.Certainty, 0.5) }), .. ranked.Where(r => r.Agent != agent)];

    private bool IsFollowUp(string text) => Words.Of(text).Count <= 6 && (FollowUp().IsMatch(text) || Words.Of(text).All(w => w.StartsWith('#') || !_index.Knows(w)));

    private static string FirstSentence(string text) => Sentences.Split(text)[0].Of(text).Trim();

    private static string Topic(string description) => FirstSentence(description).TrimEnd('.') is { Length: > 0 } topic ? char.ToLowerInvariant(topic[0]) + topic[1..] : description;

    private static string Title(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    [GeneratedRegex(@"^\s*@(?<agent>[A-Za-z]+)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Explicit();

    [GeneratedRegex(@"^\s*(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks?(?: you)?(?: (?:so|very) much| a lot)?|cheers|bye|great|perfect|cool|who are you|what (?:can|do) you do|how (?:can|do) you help(?: me)?|what are you(?: able to do)?|help|are you (?:a )?(?:bot|human|real)|how are you)(?: (?:there|all|everyone|copilot|again|please|today))?[\s,.!?]*)+$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SmallTalk();

    [GeneratedRegex(@"^\s*(?:(?:ok(?:ay)?|great|perfect|cool|super|that is all|that's all)[\s,.!]+)*(?:thanks?(?: you)?|thx|cheers|many thanks)(?: (?:so|very) much| a lot| again| for (?:your|the) help)?[\s,.!]*(?:(?:bye|that is all|that's all|great|perfect)[\s,.!]*)*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Thanks();

    [GeneratedRegex(@"\b(?:yes|yep|yeah|sure|ok(?:ay)?|no|nope|please do|go ahead|do it|do that|that one|this one|what about|how about|i mean[t]?|make (?:that|it)|i was asking about|the (?:one|invoice|bill) before|the (?:previous|prior) one|the (?:first|second|third|last|other|latter|former)(?: one)?|it|them|both|instead|correct|right|exactly)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FollowUp();

    [GeneratedRegex(@"[?;.!]\s+|\s+(?:and also|and|also|plus|then)\s+|,\s+", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex PartBreak();
}
