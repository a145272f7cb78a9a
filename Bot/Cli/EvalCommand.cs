using System.CommandLine;
using System.Text.Json;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Settings;
using Spectre.Console;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>eval PATH… [--model P[:NAME]] [--endpoint URL] [--repeat K] [--seed N]… [--tag TAG]… [--parallel N] [--json FILE]</c>: plays scenario files.</summary>
internal static class EvalCommand
{
    public static Command Create(Dictionary<string, string?> given)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Scenario files or folders.", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string?>("--model") { Description = "Provider, or provider:name." };
        var endpoint = new Option<string?>("--endpoint") { Description = "Address of the model's API." };
        var repeat = new Option<int>("--repeat") { Description = "Plays each scenario this often; it passes when all do (pass^k).", DefaultValueFactory = _ => 1 };
        var seeds = new Option<int[]>("--seed") { Description = "Plays in the world of another seed; several: in each." };
        var tags = new Option<string[]>("--tag") { Description = "Plays only scenarios with this tag; several: with any of them." };
        var parallel = new Option<int>("--parallel") { Description = "How many are played at once.", DefaultValueFactory = _ => 1 };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the results to a file as well." };
        var (record, replay) = ModelTraffic.Options();
        var command = new Command("eval", "Play scenario files against a sandbox of their own.") { paths, model, endpoint, repeat, seeds, tags, parallel, json, record, replay };
        command.SetAction((parsed, stop) =>
        {
            var settings = SettingsLoader.Load(ModelTraffic.Add(WithModel(given, parsed.GetValue(model), parsed.GetValue(endpoint)), parsed.GetValue(record), parsed.GetValue(replay)));
            var plan = new EvalPlan(parsed.GetValue(repeat), parsed.GetValue(seeds) ?? [], parsed.GetValue(tags) ?? [], parsed.GetValue(parallel));
            return RunAsync(settings, parsed.GetValue(paths)!, plan, parsed.GetValue(json), stop);
        });
        return command;
    }

    private static Dictionary<string, string?> WithModel(Dictionary<string, string?> given, string? model, string? endpoint)
    {
        var all = new Dictionary<string, string?>(given, StringComparer.OrdinalIgnoreCase);
        if (model?.Split(':', 2) is { } parts)
        {
            all["Model:Provider"] = parts[0];
            all["Model:Name"] = parts.Length == 2 ? parts[1] : given.GetValueOrDefault("Model:Name");
        }

        if (endpoint is not null)
        {
            all["Model:Endpoint"] = endpoint;
        }

        return all;
    }

    private static async Task<int> RunAsync(CopilotSettings settings, string[] paths, EvalPlan plan, FileInfo? json, CancellationToken cancellationToken)
    {
        var cases = plan.Cases(EvalRunner.Load(paths));
        var runner = new EvalRunner(settings);
        var results = new ScenarioResult[cases.Count];
        var gate = new Lock();
        await Parallel.ForEachAsync(Enumerable.Range(0, cases.Count), new ParallelOptions { MaxDegreeOfParallelism = plan.Parallel, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var (file, scenario, seed) = cases[i];
            results[i] = await runner.RunAsync(file, scenario, seed, plan.Repeat, token);
            lock (gate)
            {
                EvalPrinter.Print(results[i]);
            }
        });

        var totals = EvalTotals.Of(settings.Model.For("").Label, plan.Repeat, results);
        EvalPrinter.Print(totals);
        if (json is not null)
        {
            await File.WriteAllTextAsync(json.FullName, JsonSerializer.Serialize(new { totals.Model, totals.Passed, totals.Total, totals, results }, ApiJson.Indented), cancellationToken);
        }

        return totals.Passed == totals.Total ? CommandLine.Done : CommandLine.Failed;
    }
}
