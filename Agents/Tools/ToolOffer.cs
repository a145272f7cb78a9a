using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Models.Rules;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Text;
using Microsoft.Extensions.AI;
using CallContent = Microsoft.Extensions.AI.FunctionCallContent;

namespace BillingCopilot.Agents.Tools;

/// <summary>
/// Says which of a specialist's tools a request needs, most needed first: those that this turn called or asked for,
/// those that its words name or come near, those of the questions before it, and those used earlier. What a request
/// has no room for is had by asking for it (<see cref="MoreTools"/>). It reads only the messages, so a resumed task
/// offers the same.
/// </summary>
public sealed partial class ToolOffer
{
    /// <summary>An intent is near from here on, and when it comes to this share of the nearest.</summary>
    private const double Near = 0.22;
    private const double ShareOfNearest = 0.65;

    /// <summary>Below this the nearest intent may be near by a name alone.</summary>
    private const double Sure = 0.4;

    /// <summary>Intents and earlier questions looked at.</summary>
    private const int MostIntents = 3;
    private const int EarlierQuestions = 2;

    /// <summary>Whom it is about may always be needed, but where the words name an invoice; what our policy says, wherever something may be proposed.</summary>
    private const string Customer = "find_customer";
    private const string Policies = "search_policies";

    /// <summary>Of no use unless the words come near a pasted ticket, a list of tickets, a statement or a dispute.</summary>
    private static readonly string[] OnlyWhenMeant = ["triage_ticket", "list_tickets", "find_statement_line", "list_disputes", "get_dispute"];

    private readonly Dictionary<string, (RuleSet Rules, PhraseIndex Index)> _byAgent;
    private readonly IReadOnlyCollection<string> _reads;

    /// <param name="reads">Names of the read tools.</param>
    public ToolOffer(RuleBook rules, IReadOnlyCollection<string> reads)
    {
        _reads = reads;
        _byAgent = rules.All.ToDictionary(r => r.Specialist, r => (r, new PhraseIndex(r.Intents.SelectMany(i => i.Examples.Select(e => (i.Name, e))))), StringComparer.Ordinal);
    }

    /// <summary>Names of all tools that the messages need, in the prompt's order, whatever they take.</summary>
    /// <param name="known">What was compared before in this turn: each round asks for the same words again.</param>
    public IReadOnlyList<string> For(AgentPrompt prompt, IReadOnlyList<ChatMessage> messages, Dictionary<string, IReadOnlyList<(string Label, double Score)>>? known = null)
    {
        var needed = Ranked(prompt, messages, known).Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        return [.. prompt.Tools.Where(needed.Contains)];
    }

    /// <summary>The same, most needed first.</summary>
    internal IReadOnlyList<OfferedTool> Ranked(AgentPrompt prompt, IReadOnlyList<ChatMessage> messages, Dictionary<string, IReadOnlyList<(string Label, double Score)>>? known = null)
    {
        var ranks = known ?? new Dictionary<string, IReadOnlyList<(string Label, double Score)>>(StringComparer.Ordinal);
        var turn = LastAsked(messages);
        string[] earlier = [.. messages.Take(turn).Where(IsAsked).TakeLast(EarlierQuestions).Select(m => m.Text).Reverse()];
        var last = turn < messages.Count ? messages[turn].Text : "";
        var now = PastedTicket.RequestOf(last) ?? last;
        var calls = Calls(messages.Skip(turn)).ToList();
        return
        [
            .. calls.Where(c => c.Name != MoreTools.Name).Select(c => new OfferedTool(c.Name, Kept: true))
                .Concat(AskedFor(calls)
                    .Concat(PlaybookLine().Match(now) is { Success: true } playbook ? OfPlaybook(prompt, now, playbook.Groups["name"].Value) : OfQuestion(prompt, now, earlier, ranks))
                    .Concat(Used([.. Calls(messages.Take(turn))]))
                    .Select(name => new OfferedTool(name, Kept: false)))
                .DistinctBy(t => t.Name).Where(t => prompt.Tools.Contains(t.Name)),
        ];
    }

    /// <summary>Of what changes something a playbook names what it wants: words that come near are not meant.</summary>
    private IEnumerable<string> OfPlaybook(AgentPrompt prompt, string text, string name) =>
    [
        .. prompt.Tools.Where(t => text.Contains(t, StringComparison.Ordinal)),
        .. _byAgent.TryGetValue(prompt.Name, out var known) ? known.Rules.ToolsOf("playbook_" + name) : Enumerable.Empty<string>(),
        HandOver.Name,
        .. prompt.Tools.Where(t => _reads.Contains(t) && !OnlyWhenMeant.Contains(t)),
    ];

    /// <param name="earlier">The questions before it, the last first: an answer to what was asked back needs their tools.</param>
    private List<string> OfQuestion(AgentPrompt prompt, string text, IEnumerable<string> earlier, Dictionary<string, IReadOnlyList<(string Label, double Score)>> ranks)
    {
        var said = Words.Of(text);
        var near = Intents(prompt.Name, text, ranks);
        List<string> wanted = [.. prompt.Tools.Where(t => text.Contains(t, StringComparison.Ordinal) || IsNamed(t, said)), .. near];

        // Where the words are near nothing, any question may be meant: everything that reads is there.
        var unsure = near.Count == 0 || Nearest(prompt.Name, text, ranks) < Sure;
        if (unsure || !NamesInvoice(text))
        {
            wanted.Add(Customer);
        }

        var before = earlier.SelectMany(e => Intents(prompt.Name, e, ranks)).ToList();
        if (unsure || !wanted.TrueForAll(_reads.Contains) || !before.TrueForAll(_reads.Contains))
        {
            wanted.Add(Policies);
        }

        wanted.AddRange(before);
        return unsure ? [.. wanted, .. prompt.Tools.Where(t => _reads.Contains(t) && !OnlyWhenMeant.Contains(t))] : wanted;
    }

    private double Nearest(string agent, string text, Dictionary<string, IReadOnlyList<(string Label, double Score)>> ranks) => _byAgent.TryGetValue(agent, out var known)
        ? PartBreak().Split(text).Append(text).Max(part => Rank(known.Index, part, ranks).Select(r => r.Score).FirstOrDefault())
        : 0;

    /// <summary>Tools of the intents near, the nearest part's first.</summary>
    private List<string> Intents(string agent, string text, Dictionary<string, IReadOnlyList<(string Label, double Score)>> ranks)
    {
        var tools = new List<string>();
        if (!_byAgent.TryGetValue(agent, out var known))
        {
            return tools;
        }

        var ofInvoice = NamesInvoice(text);
        foreach (var part in PartBreak().Split(text).Append(text).Distinct())
        {
            var ranked = Rank(known.Index, part, ranks);
            foreach (var (name, _) in ranked.Where(r => r.Score >= Near && r.Score >= ShareOfNearest * ranked[0].Score && !(ofInvoice && NeedsCustomer(known.Rules, r.Label) && !NeedsCustomer(known.Rules, ranked[0].Label))).Take(MostIntents))
            {
                tools.AddRange(known.Rules.ToolsOf(name, ofInvoice));
            }
        }

        return tools;
    }

    /// <summary>Where an invoice is named, what is asked of a customer as a whole is not near.</summary>
    private static bool NeedsCustomer(RuleSet rules, string intent) => rules.Find(intent)!.Needs.Contains("customer");

    private static IReadOnlyList<(string Label, double Score)> Rank(PhraseIndex index, string text, Dictionary<string, IReadOnlyList<(string Label, double Score)>> ranks) =>
        ranks.TryGetValue(text, out var known) ? known : ranks[text] = index.Rank(text);

    /// <summary>True when the words hold an invoice's number, or its handle.</summary>
    internal static bool NamesInvoice(string text) => InvoiceName().IsMatch(text);

    /// <summary>True when each word that tells this tool from others is in the text: "void" and "credit note".</summary>
    private static bool IsNamed(string tool, IReadOnlyList<string> said)
    {
        var own = OwnWords.GetOrAdd(tool, static t => [.. Words.Of(t.Replace('_', ' ')).Where(w => !Verbs.Contains(w))]);
        return own.Length > 0 && own.All(said.Contains);
    }

    private static readonly ConcurrentDictionary<string, string[]> OwnWords = new(StringComparer.Ordinal);

    private static readonly HashSet<string> Verbs = new(["get", "find", "issue", "list", "explain", "send", "search"], StringComparer.Ordinal);

    private static IEnumerable<CallContent> Calls(IEnumerable<ChatMessage> messages) => messages.SelectMany(m => m.Contents).OfType<CallContent>();

    /// <summary>What <see cref="MoreTools"/> was asked for, the last first.</summary>
    private static IEnumerable<string> AskedFor(IReadOnlyList<CallContent> calls) => Used([.. calls.Where(c => c.Name == MoreTools.Name)]);

    /// <summary>Tools that were called, and those that were asked for, the last first.</summary>
    private static IEnumerable<string> Used(IReadOnlyList<CallContent> calls) => calls.Reverse()
        .Select(c => c.Name == MoreTools.Name ? (c.Arguments?.TryGetValue(MoreTools.Argument, out var name) == true ? name?.ToString() ?? "" : "") : c.Name);

    /// <summary>Where the turn begins: the last message that asks; the end where none does.</summary>
    private static int LastAsked(IReadOnlyList<ChatMessage> messages)
    {
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            if (IsAsked(messages[i]))
            {
                return i;
            }
        }

        return messages.Count;
    }

    private static bool IsAsked(ChatMessage message) =>
        message.Role == ChatRole.User && message.Text.Length > 0 && !message.Text.StartsWith(GroundingCheck.CorrectionMark, StringComparison.Ordinal);

    [GeneratedRegex(@"[?;.!]\s+|,\s+|\s+(?:and|also|plus|then)\s+", RegexOptions.IgnoreCase)]
    private static partial Regex PartBreak();

    [GeneratedRegex(@"\b(?:(?=[A-Z0-9]*[A-Z])[A-Z0-9]{2,12}-[0-9]{3,8}|inv[0-9]{1,5})\b")]
    private static partial Regex InvoiceName();

    [GeneratedRegex(@"^Playbook (?<name>[a-z_]+)\.")]
    private static partial Regex PlaybookLine();
}

/// <summary>A tool that a request needs.</summary>
/// <param name="Kept">It was called in this turn: it is sent whatever it takes.</param>
internal readonly record struct OfferedTool(string Name, bool Kept);
