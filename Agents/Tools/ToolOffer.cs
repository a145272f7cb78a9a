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
/// Says which of a specialist's tools a request carries: those of the intents that its words come near, those that
/// the words name, and those already used. The rest is had by asking for it (<see cref="MoreTools"/>).
/// It reads only the messages, so a resumed task offers the same.
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

    /// <summary>Names of the tools to send, in the prompt's order.</summary>
    /// <param name="known">What was compared before in this turn: each round asks for the same words again.</param>
    public IReadOnlyList<string> For(AgentPrompt prompt, IReadOnlyList<ChatMessage> messages, Dictionary<string, IReadOnlyList<(string Label, double Score)>>? known = null)
    {
        var ranks = known ?? new Dictionary<string, IReadOnlyList<(string Label, double Score)>>(StringComparer.Ordinal);
        var asked = messages.Where(IsAsked).Select(m => m.Text).ToArray();
        var last = asked.LastOrDefault() ?? "";
        var now = PastedTicket.RequestOf(last) ?? last;
        var wanted = new HashSet<string>(Used(messages), StringComparer.Ordinal);
        if (PlaybookLine().Match(now) is { Success: true } playbook)
        {
            // Of what changes something a playbook names what it wants: words that come near are not meant.
            wanted.UnionWith(_reads.Except(OnlyWhenMeant));
            wanted.Add(HandOver.Name);
            wanted.UnionWith(OfPlaybook(prompt.Name, playbook.Groups["name"].Value));
            return [.. prompt.Tools.Where(t => wanted.Contains(t) || now.Contains(t, StringComparison.Ordinal))];
        }

        var said = Words.Of(now);
        wanted.UnionWith(prompt.Tools.Where(t => now.Contains(t, StringComparison.Ordinal) || IsNamed(t, said)));
        var near = Intents(prompt.Name, now, ranks);
        wanted.UnionWith(near);
        foreach (var earlier in asked.SkipLast(1).TakeLast(EarlierQuestions))
        {
            wanted.UnionWith(Intents(prompt.Name, earlier, ranks));
        }

        // Where the words are near nothing, any question may be meant: everything that reads is there.
        var unsure = near.Count == 0 || Nearest(prompt.Name, now, ranks) < Sure;
        if (unsure || !NamesInvoice(now))
        {
            wanted.Add(Customer);
        }

        if (unsure || !wanted.IsSubsetOf(_reads))
        {
            wanted.Add(Policies);
        }

        return [.. prompt.Tools.Where(t => wanted.Contains(t) || (unsure && _reads.Contains(t) && !OnlyWhenMeant.Contains(t)))];
    }

    private double Nearest(string agent, string text, Dictionary<string, IReadOnlyList<(string Label, double Score)>> ranks) => _byAgent.TryGetValue(agent, out var known)
        ? PartBreak().Split(text).Append(text).Max(part => Rank(known.Index, part, ranks).Select(r => r.Score).FirstOrDefault())
        : 0;

    private HashSet<string> Intents(string agent, string text, Dictionary<string, IReadOnlyList<(string Label, double Score)>> ranks)
    {
        var tools = new HashSet<string>(StringComparer.Ordinal);
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
                tools.UnionWith(known.Rules.ToolsOf(name, ofInvoice));
            }
        }

        return tools;
    }

    /// <summary>Where an invoice is named, what is asked of a customer as a whole is not near.</summary>
    private static bool NeedsCustomer(RuleSet rules, string intent) => rules.Find(intent)!.Needs.Contains("customer");

    private IEnumerable<string> OfPlaybook(string agent, string name) => _byAgent.TryGetValue(agent, out var known) ? known.Rules.ToolsOf("playbook_" + name) : [];

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

    /// <summary>Tools that were called, and those that were asked for.</summary>
    private static IEnumerable<string> Used(IEnumerable<ChatMessage> messages) => messages.SelectMany(m => m.Contents).OfType<CallContent>()
        .Select(c => c.Name == MoreTools.Name ? (c.Arguments?.TryGetValue(MoreTools.Argument, out var name) == true ? name?.ToString() ?? "" : "") : c.Name);

    private static bool IsAsked(ChatMessage message) =>
        message.Role == ChatRole.User && message.Text.Length > 0 && !message.Text.StartsWith(GroundingCheck.CorrectionMark, StringComparison.Ordinal);

    [GeneratedRegex(@"[?;.!]\s+|,\s+|\s+(?:and|also|plus|then)\s+", RegexOptions.IgnoreCase)]
    private static partial Regex PartBreak();

    [GeneratedRegex(@"\b(?:(?=[A-Z0-9]*[A-Z])[A-Z0-9]{2,12}-[0-9]{3,8}|inv[0-9]{1,5})\b")]
    private static partial Regex InvoiceName();

    [GeneratedRegex(@"^Playbook (?<name>[a-z_]+)\.")]
    private static partial Regex PlaybookLine();
}
