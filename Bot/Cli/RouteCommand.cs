using System.CommandLine;
using System.Text.Json;
using BillingCopilot.Agents.Coordination;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using Route = BillingCopilot.Agents.Coordination.Route;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>route "…" | --file FILE.jsonl [--json]</c>: who would take it, with certainty; no tool is called.</summary>
internal static class RouteCommand
{
    public static Command Create(Dictionary<string, string?> given)
    {
        var text = new Argument<string?>("question") { Description = "What somebody would ask.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<FileInfo?>("--file") { Description = "JSON lines, each with a \"text\" and optionally an \"agent\" that is expected." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document and nothing else." };
        var command = new Command("route", "Say which specialists would take a question.") { text, file, json };
        command.SetAction((parsed, stop) => RunAsync(SettingsLoader.Load(given), parsed.GetValue(text), parsed.GetValue(file), parsed.GetValue(json), stop));
        return command;
    }

    private static async Task<int> RunAsync(CopilotSettings settings, string? text, FileInfo? file, bool json, CancellationToken cancellationToken)
    {
        if (text is null == file is null)
        {
            throw new SettingsException("Give either a question or --file FILE.jsonl.");
        }

        await using var host = await CopilotHost.StartAsync(settings, new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        var coordinator = new Coordinator(host.Services.GetRequiredService<PromptRegistry>().ActiveFor(host.Tenants.Default.Context));
        var routed = (file is null ? [new Line(text!, null)] : await ReadAsync(file, cancellationToken))
            .Select(line => Routed.From(line, coordinator.Decide(line.Text, null)))
            .ToList();
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(file is null ? (object)routed[0] : new { data = routed }, ApiJson.Indented));
        }
        else
        {
            foreach (var line in routed)
            {
                var ranked = string.Join(", ", line.Ranked.Select(r => $"{r.Agent} {r.Certainty:0.00}"));
                Console.WriteLine($"{string.Join("+", line.Agents),-12} {line.Decision,-8} {ranked}  {line.Text}");
            }
        }

        return routed.All(r => r.Expected is null || r.Agents.Contains(r.Expected)) ? CommandLine.Done : CommandLine.Failed;
    }

    private static async Task<IReadOnlyList<Line>> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            throw new SettingsException($"--file {file.FullName} does not exist.");
        }

        var lines = new List<Line>();
        foreach (var (raw, number) in (await File.ReadAllLinesAsync(file.FullName, cancellationToken)).Select((l, i) => (l, i + 1)).Where(l => l.l.Trim().Length > 0))
        {
            lines.Add(Parse(raw) ?? throw new SettingsException($"{file.Name}, line {number}: not a JSON object with a \"text\". Write {{\"text\": \"…\"}}."));
        }

        return lines;
    }

    private static Line? Parse(string raw)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(raw, JsonSerializerOptions.Web) is { Text: not null } line ? line : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Line(string Text, string? Agent);

    /// <param name="Decision"><c>clear</c>, <c>unclear</c> (a model or the asker decides) or <c>none</c>.</param>
    private sealed record Routed(string Text, string? Expected, string Decision, IReadOnlyList<string> Agents, IReadOnlyList<RankedAgent> Ranked)
    {
        public static Routed From(Line line, Route route) => route switch
        {
            Route.To to => new(line.Text, line.Agent, "clear", to.Agents, route.Ranked),
            Route.Unclear unclear => new(line.Text, line.Agent, "unclear", unclear.Candidates, route.Ranked),
            _ => new(line.Text, line.Agent, "none", ["coordinator"], route.Ranked),
        };
    }
}
