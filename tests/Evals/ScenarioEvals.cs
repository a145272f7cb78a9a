using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Settings;
using Shouldly;
using Xunit;

namespace BillingCopilot.Evals;

/// <summary>Every scenario file, on the rules model.</summary>
public sealed class ScenarioEvals
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "scenarios");

    /// <summary>
    /// Each scenario in one of three worlds, by turns; with BILLINGCOPILOT_EVAL_SEEDS=all each in all three,
    /// as <c>eval tests/Evals/scenarios --seed 1 --seed 2 --seed 3</c> plays them.
    /// </summary>
    [Fact]
    public async Task Scenarios_OnRules_AllPass()
    {
        var all = Environment.GetEnvironmentVariable("BILLINGCOPILOT_EVAL_SEEDS") == "all";
        var runner = new EvalRunner(new CopilotSettings());
        var failed = new List<string>();
        var loaded = EvalRunner.Load([Folder]);
        var turn = loaded.Select((l, i) => (l.Scenario.Id, Seed: 1 + (i % 3))).ToDictionary(t => t.Id, t => t.Seed);
        var cases = new EvalPlan(1, [1, 2, 3], [], Parallel: 3).Cases(loaded).Where(c => all || turn[c.Scenario.Id] == c.Seed);
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (played, token) =>
        {
            var result = await runner.RunAsync(played.File, played.Scenario, played.Seed, repeat: 1, token);
            if (!result.PassK)
            {
                lock (failed)
                {
                    failed.Add($"{result.Id}, seed {played.Seed}\n  {string.Join("\n  ", result.Faults)}\n  {string.Join("\n  ", result.Transcript)}");
                }
            }
        });

        failed.ShouldBeEmpty(string.Join("\n\n", failed));
    }

    [Fact]
    public void Scenarios_AreAtLeastSeventy() => EvalRunner.Load([Folder]).Count.ShouldBeGreaterThanOrEqualTo(70);

    /// <summary>As support agents speak: tagged <c>desk</c>, and by the manner of speaking.</summary>
    [Fact]
    public void Scenarios_AsSupportAgentsSpeak_AreAtLeastSixtyInEachManner()
    {
        var desk = EvalRunner.Load([Folder]).Select(l => l.Scenario.Tags).Where(t => t.Contains("desk")).ToList();

        desk.Count.ShouldBeGreaterThanOrEqualTo(60);
        string[] manners = ["misspelt", "pasted", "several", "angry", "wrong-premise", "roles", "hostile"];
        manners.Where(m => desk.Count(t => t.Contains(m)) < 3).ShouldBeEmpty();
    }

    [Fact]
    public void Plan_TagsAndSeeds_ChooseCases()
    {
        var loaded = EvalRunner.Load([Folder]);

        new EvalPlan(1, [1, 2, 2], ["hostile"], 1).Cases(loaded).Count.ShouldBe(2 * loaded.Count(l => l.Scenario.Tags.Contains("hostile")));
        Should.Throw<SettingsException>(() => new EvalPlan(1, [], ["no-such-tag"], 1).Cases(loaded)).Message.ShouldContain("hostile");
        Should.Throw<SettingsException>(() => new EvalPlan(0, [], [], 1).Cases(loaded)).Message.ShouldContain("--repeat is 0; it must be from 1 to 100");
    }
}
