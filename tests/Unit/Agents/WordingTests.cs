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
    private static readonly string[] Proposing = ["credit_difference", "credit_amount", "refund_charge", "send_reminder", "cancel_subscription", "reactivate_subscription", "void_credit_note"];

    [Fact]
    public void Match_FreshWordings_AreUnderstoodOrAskedAboutAndNeverProposeSomethingElse()
    {
        var judged = Wordings().Select(w => (w.Intent, w.Text, Understood: Understand(w.Text))).ToList();
        var right = judged.Count(j => j.Understood == j.Intent);
        var asked = judged.Count(j => j.Understood == "");
        output.WriteLine($"{judged.Count} wordings: {right} understood, {asked} asked about or declined, {judged.Count - right - asked} taken for something else");
        foreach (var other in judged.Where(j => j.Understood != j.Intent))
        {
            output.WriteLine($"{other.Intent} -> {(other.Understood == "" ? "asks" : other.Understood)}: {other.Text}");
        }

        judged.Where(j => j.Understood != j.Intent && Proposing.Contains(j.Understood)).Select(j => j.Text).ShouldBeEmpty();
        (right / (double)judged.Count).ShouldBeGreaterThanOrEqualTo(0.9);
    }

    /// <summary>The intent that would answer; empty when something is asked back or declined.</summary>
    private static string Understand(string text)
    {
        var route = Coordinator.Decide(text, null);
        var agent = route switch
        {
            Route.To to => to.Agents[0],
            Route.Unclear { Answer: null } unclear => unclear.Candidates[0],
            _ => null,
        };
        return agent is null ? "" : Matchers[agent].Match(new Dialogue([new ChatMessage(ChatRole.User, text)])).Intent?.Name ?? "";
    }

    private static readonly Coordinator Coordinator = new(TestPrompts.Agents);

    private static readonly Dictionary<string, IntentMatcher> Matchers =
        RuleBook.Load(TestPrompts.Shipped, [.. TestPrompts.Agents.Keys], TestPrompts.Tools).All.ToDictionary(r => r.Specialist, r => new IntentMatcher(r), StringComparer.Ordinal);

    private static IEnumerable<(string Intent, string Text)> Wordings() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Agents", "wordings.tsv")).Where(l => !l.StartsWith('#')).Select(l => l.Split('\t')).Select(p => (p[0], p[1]));
}
