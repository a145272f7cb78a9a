using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Settings;
using Shouldly;
using Xunit;

namespace BillingCopilot.Evals;

/// <summary>Every scenario file, on the rules model, in three worlds.</summary>
public sealed class ScenarioEvals
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "scenarios");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Scenarios_OnRules_AllPass(int seed)
    {
        var runner = new EvalRunner(new CopilotSettings());
        var failed = new List<string>();
        var cases = new EvalPlan(1, [seed], [], Parallel: 3).Cases(EvalRunner.Load([Folder]));
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (played, token) =>
        {
            var result = await runner.RunAsync(played.File, played.Scenario, played.Seed, repeat: 1, token);
            if (!result.PassK)
            {
                lock (failed)
                {
                    failed.Add($"{result.Id}, seed {seed}\n  {string.Join("\n  ", result.Faults)}\n  {string.Join("\n  ", result.Transcript)}");
                }
            }
        });

        failed.ShouldBeEmpty(string.Join("\n\n", failed));
    }

    [Fact]
    public void Scenarios_AreAtLeastSeventy() => EvalRunner.Load([Folder]).Count.ShouldBeGreaterThanOrEqualTo(70);

    [Fact]
    public void Plan_TagsAndSeeds_ChooseCases()
    {
        var loaded = EvalRunner.Load([Folder]);

        new EvalPlan(1, [1, 2, 2], ["hostile"], 1).Cases(loaded).Count.ShouldBe(2 * loaded.Count(l => l.Scenario.Tags.Contains("hostile")));
        Should.Throw<SettingsException>(() => new EvalPlan(1, [], ["no-such-tag"], 1).Cases(loaded)).Message.ShouldContain("hostile");
        Should.Throw<SettingsException>(() => new EvalPlan(0, [], [], 1).Cases(loaded)).Message.ShouldContain("--repeat is 0; it must be from 1 to 100");
    }
}
