using System.CommandLine;
using System.Text.Json;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Memory;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>ingest DIR</c> and <c>search "…"</c>: policies and past tickets.</summary>
internal static class KnowledgeCommands
{
    public static Command Ingest(Dictionary<string, string?> given)
    {
        var folder = new Argument<DirectoryInfo>("DIR") { Description = "Folder with policies/ and tickets/ in Markdown." };
        var command = new Command("ingest", "Take in policies and past tickets.") { folder };
        command.SetAction((parsed, stop) => IngestAsync(SettingsLoader.Load(given), parsed, parsed.GetValue(folder)!, stop));
        return command.OfTenant();
    }

    public static Command Search(Dictionary<string, string?> given)
    {
        var query = new Argument<string>("query") { Description = "What to look for." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document and nothing else." };
        var command = new Command("search", "Find sections of policies and past tickets.") { query, json };
        command.SetAction((parsed, stop) => SearchAsync(SettingsLoader.Load(given), parsed, parsed.GetValue(query)!, parsed.GetValue(json), stop));
        return command.OfTenant();
    }

    private static async Task<int> IngestAsync(CopilotSettings settings, ParseResult parsed, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        if (!folder.Exists)
        {
            throw new SettingsException($"{folder.FullName} is not a folder.");
        }

        await using var host = await CopilotHost.StartAsync(settings, new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        var report = await host.Services.GetRequiredService<IKnowledgeBase>().IngestAsync(host.For(parsed).Tenant.Context, folder.FullName, cancellationToken);
        Console.WriteLine($"{report.Documents} documents, {report.Sections} sections taken in; {report.Unchanged} unchanged, {report.Removed} removed.");
        foreach (var problem in report.Problems)
        {
            await Console.Error.WriteLineAsync(problem);
        }

        return report.Problems.Count == 0 ? CommandLine.Done : CommandLine.Failed;
    }

    private static async Task<int> SearchAsync(CopilotSettings settings, ParseResult parsed, string query, bool json, CancellationToken cancellationToken)
    {
        await using var host = await CopilotHost.StartAsync(settings, new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        var found = await host.Services.GetRequiredService<IKnowledgeBase>().SearchAsync(host.For(parsed).Tenant.Context, query, null, 5, cancellationToken);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { data = found }, ApiJson.Indented));
            return CommandLine.Done;
        }

        foreach (var passage in found)
        {
            Console.WriteLine($"{passage.Document} — {passage.Title}{(passage.Section.Length > 0 ? " · " + passage.Section : "")}\n    {passage.Quote.ReplaceLineEndings("\n    ")}\n");
        }

        Console.WriteLine(found.Count == 0 ? "Nothing found." : $"{found.Count} sections.");
        return found.Count == 0 ? CommandLine.Failed : CommandLine.Done;
    }
}
