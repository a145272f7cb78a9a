using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Bot.Cli.Eval;

/// <summary>Which scenarios are played, where and how often.</summary>
/// <param name="Seeds">Empty: each scenario in its own.</param>
/// <param name="Tags">Empty: all scenarios.</param>
public sealed record EvalPlan(int Repeat, IReadOnlyList<int> Seeds, IReadOnlyList<string> Tags, int Parallel)
{
    /// <summary>Every scenario with every seed.</summary>
    /// <exception cref="SettingsException">A number is out of range, or nothing is left to play.</exception>
    public IReadOnlyList<(string File, Scenario Scenario, int? Seed)> Cases(IReadOnlyList<(string File, Scenario Scenario)> loaded)
    {
        Range("--repeat", Repeat, 100);
        Range("--parallel", Parallel, 16);
        var chosen = loaded.Where(l => Tags.Count == 0 || l.Scenario.Tags.Intersect(Tags).Any()).ToList();
        return chosen.Count == 0
            ? throw new SettingsException($"No scenario has {(Tags.Count == 0 ? "been found" : $"the tag {string.Join(" or ", Tags)}. Known: {string.Join(", ", loaded.SelectMany(l => l.Scenario.Tags).Distinct().Order(StringComparer.Ordinal))}")}.")
            : [.. chosen.SelectMany(c => Seeds.Count == 0 ? [(c.File, c.Scenario, (int?)null)] : Seeds.Distinct().Select(s => (c.File, c.Scenario, (int?)s)))];
    }

    private static void Range(string option, int value, int high)
    {
        if (value < 1 || value > high)
        {
            throw new SettingsException($"{option} is {value}; it must be from 1 to {high}.");
        }
    }
}

/// <summary>What a whole run came to.</summary>
/// <param name="Cost">In US dollars; null when the model's prices are not known.</param>
public sealed record EvalTotals(string Model, int Repeat, int Passed, int Total, IReadOnlyList<TagTotals> Tags, long InputTokens, long OutputTokens, decimal? Cost, double Seconds)
{
    public static EvalTotals Of(string model, int repeat, IReadOnlyList<ScenarioResult> results) => new(
        model,
        repeat,
        results.Count(r => r.PassK),
        results.Count,
        [.. results.SelectMany(r => r.Tags.Select(t => (Tag: t, r.PassK))).GroupBy(p => p.Tag).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new TagTotals(g.Key, g.Count(p => p.PassK), g.Count()))],
        results.Sum(r => (long)r.InputTokens),
        results.Sum(r => (long)r.OutputTokens),
        results.All(r => r.Cost is not null) ? results.Sum(r => r.Cost) : null,
        Math.Round(results.Sum(r => r.Milliseconds) / 1000.0, 1));
}

/// <summary>How the scenarios of one tag went.</summary>
public sealed record TagTotals(string Tag, int Passed, int Total);
