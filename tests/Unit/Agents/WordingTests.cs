using BillingCopilot.Agents.Coordination;
using BillingCopilot.Agents.Models.Rules;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>Wordings that nobody wrote the rules for (wordings.tsv): misspelt, short, polite, in telegram style.</summary>
public sealed class WordingTests(ITestOutputHelper output)
{
    /// <summary>Stands for what no intent answers: it is to be asked about or declined.</summary>
    private const string Nobodys = "-";

    [Theory]
    [InlineData("wordings.tsv", 0.92, 0.02)]
    [InlineData("wordings-again.tsv", 0.55, 0.05)]
    [InlineData("wordings-third.tsv", 0.65, 0.05)]
    [InlineData("wordings-fourth.tsv", 0.55, 0.08)]
    [InlineData("wordings-fifth.tsv", 0.55, 0.05)]
    [InlineData("wordings-sixth.tsv", 0.55, 0.1)]
    public void Match_FreshWordings_AreUnderstoodOrAskedAboutAndNeverProposeSomethingElse(string file, double least, double mostWrong)
    {
        var judged = Wordings(file).Select(w => (w.Intent, w.Text, Understood: Understand(w.Text, w.Intent))).ToList();
        bool Right((string Intent, string Text, string Understood) j) => j.Intent.Split('|').Contains(j.Understood.Length == 0 ? Nobodys : j.Understood);
        var right = judged.Count(Right);
        var asked = judged.Count(j => j.Understood == "" && !Right(j));
        output.WriteLine($"{judged.Count} wordings: {right} understood, {asked} asked about or declined, {judged.Count - right - asked} taken for something else");
        foreach (var other in judged.Where(j => !Right(j)))
        {
            output.WriteLine($"{other.Intent} -> {(other.Understood == "" ? "asks" : other.Understood)}: {other.Text}");
        }

        judged.Where(j => !Right(j) && Proposing.Contains(j.Understood)).Select(j => j.Text).ShouldBeEmpty();
        (right / (double)judged.Count).ShouldBeGreaterThanOrEqualTo(least);
        ((judged.Count - right - asked) / (double)judged.Count).ShouldBeLessThanOrEqualTo(mostWrong);
    }

    /// <summary>The intent that would answer; empty when something is asked back or declined.</summary>
    private static string Understand(string text, string expected)
    {
        var route = Coordinator.Decide(text, null);
        var agent = route switch
        {
            Route.To to => to.Agents[0],
            Route.Unclear { Answer: null } unclear => unclear.Candidates[0],
            _ => null,
        };
        var intent = agent is null ? "" : Matchers[agent].Match(new Dialogue([new ChatMessage(ChatRole.User, text)])).Intent?.Name ?? "";
        return intent.Length == 0 || expected.Split('|').Contains(intent) || !AskBack.IsIn(Model.GetResponseAsync([new(ChatRole.System, $"Specialist: {agent}"), new(ChatRole.User, text)]).Result.Text) ? intent : "";
    }

    private static readonly RulesChatClient Model = new(RuleBook.Load(TestPrompts.Shipped, [.. TestPrompts.Agents.Keys], TestPrompts.Tools));

    private static readonly Coordinator Coordinator = new(TestPrompts.Agents);

    private static readonly IReadOnlyCollection<RuleSet> Rules = RuleBook.Load(TestPrompts.Shipped, [.. TestPrompts.Agents.Keys], TestPrompts.Tools).All;

    private static readonly Dictionary<string, IntentMatcher> Matchers =
        Rules.ToDictionary(r => r.Specialist, r => new IntentMatcher(r), StringComparer.Ordinal);

    private static readonly HashSet<string> Proposing = [.. Rules.SelectMany(r => r.Intents).Where(i => i.OnRequest).Select(i => i.Name)];

    private static IEnumerable<(string Intent, string Text)> Wordings(string file) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Agents", file)).Where(l => !l.StartsWith('#')).Select(l => l.Split('\t')).Select(p => (p[0], p[1]));
}
