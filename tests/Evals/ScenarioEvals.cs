using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Settings;
using Shouldly;
using Xunit;

namespace BillingCopilot.Evals;

/// <summary>Every scenario file, on the rules model, in two worlds.</summary>
public sealed class ScenarioEvals
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "scenarios");

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var file in Directory.GetFiles(Folder, "*.yaml").Order(StringComparer.Ordinal))
            {
                cases.Add(Path.GetFileName(file), 1);
                cases.Add(Path.GetFileName(file), 2);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Scenario_OnRules_Passes(string file, int seed)
    {
        var (path, scenario) = EvalRunner.Load([Path.Combine(Folder, file)]).Single();

        var result = await new EvalRunner(new CopilotSettings()).RunAsync(path, scenario, seed, repeat: 1, CancellationToken.None);

        result.Faults.ShouldBeEmpty(string.Join('\n', result.Transcript));
    }

    [Fact]
    public void Scenarios_AreAtLeastTwenty() => Cases.Count.ShouldBeGreaterThanOrEqualTo(40);
}
