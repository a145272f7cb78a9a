using System.Globalization;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.Proposals;

namespace BillingCopilot.Bot.Cli.Eval;

/// <summary>Compares an answer with what a scenario expects of it.</summary>
internal static class AnswerChecks
{
    public static IEnumerable<string> Faults(Expectation expected, TurnAnswer answer, ScenarioValues values)
    {
        if (expected.Agent is { } agent && answer.Agent != agent)
        {
            yield return $"{answer.Agent} answered, not {agent}.";
        }

        foreach (var mention in expected.Mentions.Select(values.Fill).Where(m => !Holds(m, answer.Text)))
        {
            yield return $"the text does not mention {mention}.";
        }

        foreach (var avoided in expected.Avoids.Select(values.Fill).Where(m => Holds(m, answer.Text)))
        {
            yield return $"the text mentions {avoided}.";
        }

        var first = answer.Text.TrimStart().Split('\n')[0];
        foreach (var opening in expected.Opens.Select(values.Fill).Where(m => !Holds(m, first)))
        {
            yield return $"the first line does not hold {opening}: {first}";
        }

        foreach (var tool in expected.Tools.Where(t => answer.Tools.All(c => c.Name != t)))
        {
            yield return $"{tool} was not called (called: {string.Join(", ", answer.Tools.Select(c => c.Name))}).";
        }

        if (expected.Proposals is { } proposals && ProposalFault(proposals, answer.Proposals, values) is { } fault)
        {
            yield return fault;
        }
    }

    private static bool Holds(string mention, string text) => mention.Length > 2 && mention[0] == '/' && mention[^1] == '/'
        ? Regex.IsMatch(text, mention[1..^1], RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2))
        : text.Contains(mention, StringComparison.OrdinalIgnoreCase);

    private static string? ProposalFault(List<Dictionary<string, string>> expected, IReadOnlyList<ProposalView> given, ScenarioValues values)
    {
        var open = given.ToList();
        foreach (var wanted in expected)
        {
            if (open.FirstOrDefault(p => wanted.All(f => Field(p, f.Key) == values.Fill(f.Value))) is not { } match)
            {
                return $"no proposal is {Text(wanted, values)}; there {(given.Count == 0 ? "is none" : "are: " + string.Join("; ", given.Select(Describe)))}.";
            }

            open.Remove(match);
        }

        return open.Count == 0 ? null : $"a proposal too many: {string.Join("; ", open.Select(Describe))}.";
    }

    private static string? Field(ProposalView proposal, string name) => name switch
    {
        "operation" => proposal.Operation,
        "amount" => proposal.Amount?.AmountMinor.ToString(CultureInfo.InvariantCulture),
        "currency" => proposal.Amount?.Currency,
        "customer" => proposal.Customer.Id,
        "target" => proposal.Target.Id,
        _ => proposal.Arguments[name]?.ToString(),
    };

    private static string Text(Dictionary<string, string> wanted, ScenarioValues values) =>
        string.Join(", ", wanted.Select(f => $"{f.Key} {values.Fill(f.Value)}"));

    private static string Describe(ProposalView p) => $"{p.Operation} {p.Amount} on {p.Target.Id}";
}
