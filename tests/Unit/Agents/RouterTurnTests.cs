using BillingCopilot.Agents.Coordination;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Providers;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Turns;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>Questions that words alone leave unclear, with a model that routes.</summary>
public sealed class RouterTurnTests
{
    [Fact]
    public async Task Ask_RouterThatChoosesTheSecondBest_ThatOneTakesTheTurn_AndTheRoutersShareIsInTheAnswer()
    {
        var (text, candidates) = await UnclearAsync();
        var router = new ScriptedModel(ScriptedModel.Say($$"""{"agents":["{{candidates[1]}}"]}"""));
        var (answer, sent) = await AskAsync(text, router.Model with { Label = "small" });

        answer.Agent.ShouldBe(candidates[1]);
        answer.Model.ShouldBe("small+scripted");
        (answer.InputTokens, answer.OutputTokens).ShouldBe((20, 10));
        sent.ShouldContain($"Specialist: {candidates[1]}");
        router.Requests.ShouldHaveSingleItem().Options!.MaxOutputTokens.ShouldBe(400);
    }

    [Fact]
    public async Task Ask_RouterWhoseAnswerCannotBeRead_TheBestGuessTakesTheTurn()
    {
        var (text, candidates) = await UnclearAsync();
        var (answer, _) = await AskAsync(text, new ScriptedModel(ScriptedModel.Say("Either would do.")).Model);
        answer.Agent.ShouldBe(candidates[0]);
        answer.Text.ShouldBe("Fine.");
    }

    [Fact]
    public async Task Ask_RouterThatIsDown_TheBestGuessTakesTheTurn_AndTheAnswerSaysSo()
    {
        var (text, candidates) = await UnclearAsync();
        var down = new ScriptedModel(_ => throw new ModelException("openai:small", ModelFault.Connection, "the connection failed", "Check it."));
        var (answer, _) = await AskAsync(text, down.Model with { Label = "openai:small" });
        answer.Agent.ShouldBe(candidates[0]);
        answer.Text.ShouldBe("Fine.\n(openai:small did not answer (the connection failed); who takes the question was guessed.)");
        answer.Model.ShouldBe("scripted");
    }

    /// <summary>A text that is as near to one specialist as to another, and to whom.</summary>
    internal static async Task<(string Text, IReadOnlyList<string> Candidates)> UnclearAsync()
    {
        await using var copilot = await LumenCopilot.StartAsync();
        var coordinator = new Coordinator(copilot.Services.GetRequiredService<PromptRegistry>().ActiveFor(copilot.Tenant));
        return Vague.Select(t => (Text: t, Route: coordinator.Decide(t, null) as Route.Unclear)).Where(t => t.Route is { Candidates.Count: > 1 }).Select(t => (t.Text, t.Route!.Candidates)).First();
    }

    private static readonly string[] Words = ["invoice", "payment", "card", "refund", "overdue", "declined", "charge", "subscription", "credit", "failed", "customer", "reminder", "retry", "plan"];

    private static IEnumerable<string> Vague =>
        [.. Words, .. Words.SelectMany(a => Words.Where(b => b != a).SelectMany(b => new[] { $"{a} {b}", $"What about the {a} and the {b}?", $"The {a} of the {b} is odd" }))];

    private static async Task<(TurnAnswer Answer, string Sent)> AskAsync(string text, ChatModel router)
    {
        var specialist = new ScriptedModel(ScriptedModel.Say("Fine."));
        await using var copilot = await LumenCopilot.StartAsync(specialist.Model with { ByAgent = new Dictionary<string, ChatModel> { [TurnRunner.CoordinatorName] = router } });
        var answer = await copilot.AskAsync(text);
        return (answer, specialist.Requests.ShouldHaveSingleItem().Messages[0].Text);
    }
}
