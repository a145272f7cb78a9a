using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Settings;
using Shouldly;
using Xunit;

namespace BillingCopilot.Evals;

/// <summary>Beside the other scenarios, not after them: it plays one world at a time.</summary>
public sealed class StoryEvals
{
    /// <summary>The design's own story in ten worlds, without a change of its file.</summary>
    [Fact]
    public async Task Story_OfTheDesign_RunsInTenWorlds()
    {
        var loaded = EvalRunner.Load([Path.Combine(AppContext.BaseDirectory, "scenarios", "story-of-a-double-charge.yaml")]);
        var runner = new EvalRunner(new CopilotSettings());
        foreach (var played in new EvalPlan(1, [11, 12, 13, 14, 15, 16, 17, 18, 19, 20_260], [], 1).Cases(loaded))
        {
            var result = await runner.RunAsync(played.File, played.Scenario, played.Seed, repeat: 1, CancellationToken.None);
            result.Faults.ShouldBeEmpty($"seed {played.Seed}: {string.Join('\n', result.Transcript)}");
        }
    }
}
