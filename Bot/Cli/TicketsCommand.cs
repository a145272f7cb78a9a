using System.CommandLine;
using System.Text.Json;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Plugins.Helpdesk;
using Spectre.Console;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>tickets list [--queue NAME] [--as PERSON] [--json]</c>: what waits in the queues that a person reads.</summary>
internal static class TicketsCommand
{
    private const int MostRows = 200;

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
        var rows = await RowsAsync(on, QueuesOf(host.Services.GetRequiredService<PolicyBook>().Queues, name, person), cancellationToken);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { data = rows }, ApiJson.Indented));
            return CommandLine.Done;
        }

        foreach (var row in rows)
        {
            AnsiConsole.MarkupLineInterpolated($"[bold]{row.Queue,-14}[/] {row.Number,-12} {row.Received:yyyy-MM-dd HH:mm} {row.Intent,-20} {row.Subject}");
        }

        AnsiConsole.WriteLine(rows.Count == 0 ? "No ticket waits." : $"{rows.Count} wait.");
        return CommandLine.Done;
    }

    /// <exception cref="SettingsException">There is no such queue, or it is not theirs to read.</exception>
    private static List<QueueRule> QueuesOf(QueueBook book, string? name, Person person)
    {
        List<QueueRule> read = [.. book.All.Where(q => q.ReadBy(person) && (name is null || q.Name == name))];
        return name is null || read.Count > 0 ? read
            : throw new SettingsException(book.Find(name) is { } other
                ? $"--queue {name} is read by {string.Join(", ", other.Reads)}; {person.Id} is none of them."
                : $"--queue '{name}' is not in policy.yaml. There are: {string.Join(", ", book.All.Select(q => q.Name))}.");
    }

    private static async Task<List<Row>> RowsAsync(CliHost host, List<QueueRule> queues, CancellationToken cancellationToken)
    {
        var (helpdesk, tenant) = (host.Services.GetRequiredService<IHelpdesk>(), host.Tenant.Context);
        List<Row> rows = [];
        foreach (var queue in queues)
        {
            rows.AddRange((await helpdesk.WaitingAsync(tenant, queue.Name, MostRows, cancellationToken))
                .Select(t => new Row(queue.Name, t.Ticket.Number, t.At, t.Ticket.Intent, Governance.Canonical.PlainText.Clean(t.Ticket.Subject, 80))));
        }

        return rows;
    }

    private sealed record Row(string Queue, string Number, DateTimeOffset Received, string Intent, string Subject);
}
