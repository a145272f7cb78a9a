using System.CommandLine;
using System.Text.Json;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using Spectre.Console;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>tasks dead [--json]</c> and <c>tasks redrive ID…|all</c>: tasks that were given up.</summary>
internal static class TasksCommand
{
    private const string Every = "all";

    public static Command Create(Dictionary<string, string?> given)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON document and nothing else." };
        var dead = new Command("dead", "List the tasks that were given up, with the cause.") { json };
        dead.SetAction((parsed, stop) => ListAsync(SettingsLoader.Load(given), parsed, parsed.GetValue(json), stop));
        var ids = new Argument<string[]>("TASK") { Description = "Ids from `tasks dead`, or all.", Arity = ArgumentArity.OneOrMore };
        var redrive = new Command("redrive", "Queue given-up tasks again; a running server works them off.") { ids };
        redrive.SetAction((parsed, stop) => RedriveAsync(SettingsLoader.Load(given), parsed, parsed.GetValue(ids)!, stop));
        return new Command("tasks", "Tasks that were given up.") { dead, redrive }.OfTenant();
    }

    private static async Task<int> ListAsync(CopilotSettings settings, ParseResult parsed, bool json, CancellationToken cancellationToken)
    {
        await using var host = await StartAsync(settings, cancellationToken);
        var letters = await host.Services.GetRequiredService<DeadLetters>().ListAsync(host.For(parsed).Tenant.Context, cancellationToken);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { data = letters }, ApiJson.Indented));
            return CommandLine.Done;
        }

        foreach (var letter in letters)
        {
            AnsiConsole.MarkupLineInterpolated($"[bold]{letter.Id}[/] {letter.Playbook ?? letter.Kind} {letter.About ?? ""}");
            AnsiConsole.WriteLine($"  {letter.Attempts} attempts, given up {letter.FailedAt:yyyy-MM-dd HH:mm:ss} UTC: {letter.Cause}");
        }

        AnsiConsole.WriteLine(letters.Count == 0 ? "No task was given up." : $"{letters.Count} given up. Mend the cause, then: tasks redrive TASK");
        return CommandLine.Done;
    }

    private static async Task<int> RedriveAsync(CopilotSettings settings, ParseResult parsed, string[] ids, CancellationToken cancellationToken)
    {
        await using var host = await StartAsync(settings, cancellationToken);
        var (letters, tenant) = (host.Services.GetRequiredService<DeadLetters>(), host.For(parsed).Tenant.Context);
        var wanted = ids is [Every] ? [.. (await letters.ListAsync(tenant, cancellationToken)).Select(l => l.Id)] : ids;
        var missing = 0;
        foreach (var id in wanted)
        {
            var queued = await letters.RedriveAsync(tenant, id, cancellationToken);
            missing += queued ? 0 : 1;
            await (queued ? Console.Out : Console.Error).WriteLineAsync(queued ? $"{id} is queued." : $"'{id}' was not given up. `tasks dead` lists those that were.");
        }

        return missing == 0 ? CommandLine.Done : CommandLine.Failed;
    }

    private static Task<CopilotHost> StartAsync(CopilotSettings settings, CancellationToken cancellationToken) =>
        CopilotHost.StartAsync(settings, new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
}
