using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Settings;
using Shouldly;
using Xunit;

namespace BillingCopilot.Evals;

/// <summary>A scenario that fails says what was expected, and all that was said.</summary>
public sealed class FailureEvals : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".yaml");

    [Fact]
    public async Task Run_ScenarioThatFails_HasItsFaultsItsTranscriptAndHowManyRepetitionsPassed()
    {
        await File.WriteAllTextAsync(_file, """
            id: fails
            tags: [clear]
            world: lumen
            seed: 1
            as: sam
            steps:
              - say: "What is our refund policy?"
                expect: { mentions: ["a pony"] }
            """);

        var result = await new EvalRunner(new CopilotSettings()).RunAsync(_file, Scenario.Read(_file), seed: null, repeat: 2, CancellationToken.None);

        (result.Passed, result.Repeats, result.PassK).ShouldBe((0, 2, false));
        result.Faults.ShouldHaveSingleItem().ShouldContain("a pony");
        string.Join('\n', result.Transcript).ShouldContain("What is our refund policy?");
    }

    /// <summary>The first line of an answer is the answer: what stands further down does not open it.</summary>
    [Fact]
    public async Task Run_AnswerThatOpensWithSomethingElse_NamesWhatItsFirstLineLacks()
    {
        await File.WriteAllTextAsync(_file, """
            id: opens
            tags: [clear]
            world: lumen
            seed: 1
            as: sam
            with: { h: "truth.healthy_customers[7]" }
            steps:
              - say: "Show the upcoming invoice of ${h.customer_name}."
                expect: { mentions: ["per month"], opens: ["${h.last_total_text}", "/next invoice/", "per month"] }
            """);

        var result = await new EvalRunner(new CopilotSettings()).RunAsync(_file, Scenario.Read(_file), seed: null, repeat: 1, CancellationToken.None);

        result.Faults.ShouldHaveSingleItem().ShouldContain("the first line does not hold per month: ");
    }

    public void Dispose() => File.Delete(_file);
}
