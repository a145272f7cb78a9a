using System.CommandLine;
using System.Text.Json;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using Spectre.Console;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>tickets list [--queue NAME] [--as PERSON] [--json]</c>: what waits in the queues that a person reads.</summary>
internal static class TicketsCommand
{
    public static Command Create(Dictionary<string, string?> given)
    {
        var queue = new Option<string?>("--queue") { Description = "Only this queue of policy.yaml." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document and nothing else." };
        var person = CliPerson.Option("sam");
        var list = new Command("list", "List the open tickets of the queues, the longest waiting first.") { queue, json, person };
        list.SetAction((parsed, stop) => ListAsync(SettingsLoader.Load(given), parsed, parsed.GetValue(queue), parsed.GetValue(person)!, parsed.GetValue(json), stop));
        return new Command("tickets", "Tickets of the local helpdesk.") { list }.OfTenant();
    }

    private static async Task<int> ListAsync(CopilotSettings settings, ParseResult parsed, string? name, string personId, bool json, CancellationToken cancellationToken)
    {
        await using var host = await CopilotHost.StartAsync(settings, new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        var on = host.For(parsed);
        var person = CliPerson.Find(on, personId, "tickets");
        var queues = host.Services.GetRequiredService<TicketQueues>();
        List<QueuePage> pages = [];
        foreach (var queue in QueuesOf(queues, name, person))
        {
            pages.Add(await queues.PageAsync(on.Tenant.Context, queue, 0, TicketQueues.MostRows, cancellationToken));
        }

        WaitingTicket[] rows = [.. pages.SelectMany(p => p.Tickets)];
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { data = rows }, ApiJson.Indented));
            return CommandLine.Done;
        }

        foreach (var row in rows)
        {
            AnsiConsole.MarkupLineInterpolated($"[bold]{row.Queue,-14}[/] {row.Number,-12} {row.Received:yyyy-MM-dd HH:mm} {row.Intent,-20} {row.Urgency,-6} {row.Subject}");
        }

        AnsiConsole.WriteLine(rows.Length == 0 ? "No ticket waits." : $"{rows.Length} wait.");
        foreach (var page in pages.Where(p => p.HasMore))
        {
            AnsiConsole.MarkupLineInterpolated($"{page.Queue}: the first {TicketQueues.MostRows} are shown, and more wait.");
        }

        return CommandLine.Done;
    }

    /// <exception cref="SettingsException">There is no such queue, or it is not theirs to read.</exception>
    private static IReadOnlyList<QueueRule> QueuesOf(TicketQueues queues, string? name, Person person) =>
        name is null ? queues.ReadBy(person)
        : queues.Find(name, person).TryGet(out var queue, out var refusal) ? [queue]
        : throw new SettingsException($"--queue: {refusal.Message} {refusal.Remedy}");
}
