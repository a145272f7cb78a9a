using System.CommandLine;
using System.Text.Json;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using Spectre.Console;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>doctor</c>: looks at every part and says what is wrong with it and what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create(Dictionary<string, string?> given)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON document and nothing else." };
        var command = new Command("doctor", "Check settings, database, Stripe keys, model, prompts, knowledge and audit.") { json };
        command.SetAction((parsed, stop) => RunAsync(SettingsLoader.Load(given), parsed.GetValue(json), stop));
        return command;
    }

    private static async Task<int> RunAsync(CopilotSettings settings, bool json, CancellationToken cancellationToken)
    {
        await using var host = await CopilotHost.StartAsync(settings, new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        var checks = await host.Services.GetRequiredService<HealthChecks>().RunAsync(cancellationToken);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { checks }, ApiJson.Indented));
        }
        else
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("", "part", "finding");
            foreach (var check in checks)
            {
                table.AddRow(new Markup(check.Ok ? "[green]ok[/]" : "[red]fault[/]"), new Text(check.Part), new Text(check.Finding));
            }

            AnsiConsole.Write(table);
        }

        return checks.All(c => c.Ok) ? CommandLine.Done : CommandLine.Failed;
    }
}
