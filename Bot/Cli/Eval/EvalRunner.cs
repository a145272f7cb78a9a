using System.Diagnostics;
using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Bot.Cli.Eval;

/// <summary>How one scenario went over all its repetitions.</summary>
/// <param name="PassK">True when every repetition passed (pass^k).</param>
/// <param name="Cost">In US dollars, over all repetitions; null when the model's prices are not known.</param>
/// <param name="Faults">Faults of the first repetition that failed.</param>
/// <param name="Transcript">What was said in that repetition.</param>
public sealed record ScenarioResult(
    string Id, string File, IReadOnlyList<string> Tags, int Seed, int Repeats, int Passed, bool PassK, int Tools, int InputTokens, int OutputTokens, decimal? Cost, long Milliseconds,
    IReadOnlyList<string> Faults, IReadOnlyList<string> Transcript);

/// <summary>Runs scenario files, each repetition on a fresh stage.</summary>
public sealed class EvalRunner(CopilotSettings settings)
{
    /// <summary>Every <c>*.yaml</c> below the given files and folders, in path order.</summary>
    public static IReadOnlyList<(string File, Scenario Scenario)> Load(IEnumerable<string> paths)
    {
        var loaded = paths.SelectMany(Files).Select(f => (File: f, Scenario: Scenario.Read(f))).ToList();
        var twice = loaded.GroupBy(l => l.Scenario.Id).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? loaded
            : throw new SettingsException($"id '{twice.Key}' is used by {string.Join(" and ", twice.Select(l => l.File))}.");
    }

    private static string[] Files(string path) => File.Exists(path) ? [path]
        : Directory.Exists(path) ? [.. Directory.GetFiles(path, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
        : throw new SettingsException($"{path} is neither a file nor a folder.");

    /// <param name="seed">Runs the scenario in another world; null: the file's own seed.</param>
    public async Task<ScenarioResult> RunAsync(string file, Scenario scenario, int? seed, int repeat, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var (passed, tools, input, output) = (0, 0, 0, 0);
        decimal? cost = 0;
        IReadOnlyList<string> faults = [], transcript = [];
        for (var i = 0; i < repeat; i++)
        {
            var run = await PlayAsync(file, scenario, seed ?? scenario.Seed, cancellationToken);
            tools += run.Tools;
            input += run.InputTokens;
            output += run.OutputTokens;
            cost += run.Cost;
            passed += run.Faults.Count == 0 ? 1 : 0;
            if (faults.Count == 0)
            {
                (faults, transcript) = (run.Faults, run.Transcript);
            }
        }

        return new ScenarioResult(
            scenario.Id, file, scenario.Tags, seed ?? scenario.Seed, repeat, passed, passed == repeat, tools, input, output, cost, clock.ElapsedMilliseconds, faults, transcript);
    }

    private async Task<ScenarioRun> PlayAsync(string file, Scenario scenario, int seed, CancellationToken cancellationToken)
    {
        await using var stage = await ScenarioStage.OpenAsync(settings, scenario.World, seed, cancellationToken);
        try
        {
            var values = new ScenarioValues(await stage.Sandbox.TruthAsync(cancellationToken), scenario.With);
            var run = new ScenarioRun(scenario, stage, values);
            await run.PlayAsync(cancellationToken);
            return run;
        }
        catch (SettingsException e)
        {
            throw new SettingsException($"{file}: {e.Message}");
        }
    }
}
