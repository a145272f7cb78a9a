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

    /// <summary>Carried by each request: whom it is about, and what our policy says, may always be needed.</summary>
    private static readonly string[] Always = ["find_customer", "search_policies"];

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
    public IReadOnlyList<string> For(AgentPrompt prompt, IReadOnlyList<ChatMessage> messages)
    {
        var asked = messages.Where(IsAsked).Select(m => m.Text).ToArray();
        var last = asked.LastOrDefault() ?? "";
        var now = PastedTicket.RequestOf(last) ?? last;
        var wanted = new HashSet<string>(Always, StringComparer.Ordinal);
        wanted.UnionWith(Used(messages));
        wanted.UnionWith(prompt.Tools.Where(t => now.Contains(t, StringComparison.Ordinal) || IsNamed(t, now)));
        var near = Intents(prompt.Name, now);
        wanted.UnionWith(near);
        foreach (var earlier in asked.SkipLast(1).TakeLast(EarlierQuestions))
        {
            wanted.UnionWith(Intents(prompt.Name, earlier));
        }

        // Where the words are near nothing, any question may be meant: everything that reads is there.
        var unsure = near.Count == 0 || Nearest(prompt.Name, now) < Sure;
        return [.. prompt.Tools.Where(t => wanted.Contains(t) || (unsure && _reads.Contains(t) && !OnlyWhenMeant.Contains(t)))];
    }

    private double Nearest(string agent, string text) => _byAgent.TryGetValue(agent, out var known)
        ? PartBreak().Split(text).Append(text).Max(part => known.Index.Rank(part).Select(r => r.Score).FirstOrDefault())
        : 0;

    private HashSet<string> Intents(string agent, string text)
    {
        var tools = new HashSet<string>(StringComparer.Ordinal);
        if (!_byAgent.TryGetValue(agent, out var known))
        {
            return tools;
        }

        foreach (var part in PartBreak().Split(text).Append(text).Distinct())
        {
            var ranked = known.Index.Rank(part);
            foreach (var (name, _) in ranked.Where(r => r.Score >= Near && r.Score >= ShareOfNearest * ranked[0].Score).Take(MostIntents))
            {
                tools.UnionWith(known.Rules.ToolsOf(name));
            }
        }

        return tools.Count > 0 && PlaybookLine().Match(text) is { Success: true } playbook ? [.. tools, .. known.Rules.ToolsOf("playbook_" + playbook.Groups["name"].Value), .. _reads] : tools;
    }

    /// <summary>True when each word that tells this tool from others is in the text: "void" and "credit note".</summary>
    private static bool IsNamed(string tool, string text)
    {
        var own = Words.Of(tool.Replace('_', ' ')).Where(w => !Verbs.Contains(w)).ToArray();
        var said = Words.Of(text);
        return own.Length > 0 && own.All(said.Contains);
    }

    private static readonly HashSet<string> Verbs = new(["get", "find", "issue", "list", "explain", "send", "search"], StringComparer.Ordinal);

    /// <summary>Tools that were called, and those that were asked for.</summary>
    private static IEnumerable<string> Used(IEnumerable<ChatMessage> messages) => messages.SelectMany(m => m.Contents).OfType<CallContent>()
        .Select(c => c.Name == MoreTools.Name ? (c.Arguments?.TryGetValue(MoreTools.Argument, out var name) == true ? name?.ToString() ?? "" : "") : c.Name);

    private static bool IsAsked(ChatMessage message) =>
        message.Role == ChatRole.User && message.Text.Length > 0 && !message.Text.StartsWith(GroundingCheck.CorrectionMark, StringComparison.Ordinal);

    [GeneratedRegex(@"[?;.!]\s+|,\s+|\s+(?:and|also|plus|then)\s+", RegexOptions.IgnoreCase)]
    private static partial Regex PartBreak();

    [GeneratedRegex(@"^Playbook (?<name>[a-z_]+)\.")]
    private static partial Regex PlaybookLine();
}
