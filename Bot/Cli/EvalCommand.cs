using System.CommandLine;
using System.Text.Json;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Settings;
using Spectre.Console;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>eval PATH… [--model P[:NAME]] [--endpoint URL] [--repeat K] [--seed N] [--json FILE]</c>: plays scenario files.</summary>
internal static class EvalCommand
{
    public static Command Create(Dictionary<string, string?> given)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Scenario files or folders.", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string?>("--model") { Description = "Provider, or provider:name." };
        var endpoint = new Option<string?>("--endpoint") { Description = "Address of the model's API." };
        var repeat = new Option<int>("--repeat") { Description = "Plays each scenario this often; it passes when all do.", DefaultValueFactory = _ => 1 };
        var seed = new Option<int?>("--seed") { Description = "Plays in the world of another seed." };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the results to a file as well." };
        var (record, replay) = ModelTraffic.Options();
        var command = new Command("eval", "Play scenario files against a sandbox of their own.") { paths, model, endpoint, repeat, seed, json, record, replay };
        command.SetAction((parsed, stop) =>
        {
            var settings = SettingsLoader.Load(ModelTraffic.Add(WithModel(given, parsed.GetValue(model), parsed.GetValue(endpoint)), parsed.GetValue(record), parsed.GetValue(replay)));
            return RunAsync(settings, parsed.GetValue(paths)!, parsed.GetValue(repeat), parsed.GetValue(seed), parsed.GetValue(json), stop);
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

    private static async Task<int> RunAsync(CopilotSettings settings, string[] paths, int repeat, int? seed, FileInfo? json, CancellationToken cancellationToken)
    {
        if (repeat is < 1 or > 100)
        {
            throw new SettingsException($"--repeat is {repeat}; it must be from 1 to 100.");
        }

        var scenarios = EvalRunner.Load(paths);
        var runner = new EvalRunner(settings);
        var results = new List<ScenarioResult>();
        foreach (var (file, scenario) in scenarios)
        {
            var result = await runner.RunAsync(file, scenario, seed, repeat, cancellationToken);
            results.Add(result);
            Print(result);
        }

        var passed = results.Count(r => r.PassK);
        AnsiConsole.WriteLine($"{passed} of {results.Count} scenarios passed (pass^{repeat}), model {settings.Model.For("").Label}, {results.Sum(r => r.Tokens):N0} tokens, {results.Sum(r => r.Milliseconds) / 1000.0:0.0} s");
        if (json is not null)
        {
            await File.WriteAllTextAsync(json.FullName, JsonSerializer.Serialize(new { model = settings.Model.For("").Label, passed, total = results.Count, results }, ApiJson.Indented), cancellationToken);
        }

        return passed == results.Count ? CommandLine.Done : CommandLine.Failed;
    }

    private static void Print(ScenarioResult result)
    {
        var mark = result.PassK ? "[green]pass[/]" : "[red]FAIL[/]";
        AnsiConsole.MarkupLine($"{mark} {Markup.Escape(result.Id),-40} seed {result.Seed}  {result.Passed}/{result.Repeats}  {result.Tools} tools  {result.Tokens:N0} tokens  {result.Milliseconds:N0} ms");
        if (result.PassK)
        {
            return;
        }

        foreach (var fault in result.Faults)
        {
            AnsiConsole.MarkupLineInterpolated($"     [red]{fault}[/]");
        }

        foreach (var line in result.Transcript)
        {
            AnsiConsole.MarkupLineInterpolated($"     [grey]{line}[/]");
        }
    }
}
