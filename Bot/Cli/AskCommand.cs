using System.CommandLine;
using System.Text.Json;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using Spectre.Console;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>ask "…" [--as PERSON] [--conversation ID] [--json]</c>: one turn, answered on the terminal.</summary>
internal static class AskCommand
{
    public static Command Create(Dictionary<string, string?> given)
    {
        var text = new Argument<string>("question") { Description = "What to ask, in quotes." };
        var person = new Option<string>("--as") { Description = "Who asks: an id of people.yaml.", DefaultValueFactory = _ => "sam" };
        var conversation = new Option<string?>("--conversation") { Description = "Conversation to go on with; `last` takes the person's last one." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document and nothing else." };
        var (record, replay) = ModelTraffic.Options();
        var command = new Command("ask", "Ask one question.") { text, person, conversation, json, record, replay };
        command.SetAction((parsed, stop) => RunAsync(
            SettingsLoader.Load(ModelTraffic.Add(given, parsed.GetValue(record), parsed.GetValue(replay))), parsed, parsed.GetValue(text)!, parsed.GetValue(person)!, parsed.GetValue(conversation), parsed.GetValue(json), stop));
        return command.OfTenant();
    }

    private static async Task<int> RunAsync(CopilotSettings settings, ParseResult parsed, string text, string personId, string? conversation, bool json, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > ChatEndpoint.MaxText)
        {
            throw new SettingsException($"The question is {(string.IsNullOrWhiteSpace(text) ? "empty" : $"{text.Length} characters long")}. Write 1 to {ChatEndpoint.MaxText} characters.");
        }

        await using var host = await CopilotHost.StartAsync(settings, new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        var people = host.Services.GetRequiredService<PeopleDirectory>();
        var person = people.Find(personId)
            ?? throw new SettingsException($"--as '{personId}' is not in people.yaml. Known: {string.Join(", ", people.All.Select(p => p.Id))}.");
        var on = host.For(parsed);
        CliPerson.RequireToken(on.Tenant, person, "ask");
        var chat = host.Services.GetRequiredService<ChatTurns>();
        var tenant = on.Tenant.Context;
        var id = conversation == "last" ? await chat.LastAsync(tenant, person, cancellationToken) : conversation;
        if (id is not null && !await chat.OwnsAsync(tenant, person, id, cancellationToken))
        {
            throw new SettingsException($"--conversation '{id}' is not a conversation of {person.Id}. Leave it out to start a new one.");
        }

        try
        {
            Print(await chat.AskAsync(tenant, person, id, text, Channels.Terminal, cancellationToken), json, p => HowToDecide(host, p));
            return CommandLine.Done;
        }
        catch (TurnFailedException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return CommandLine.Failed;
        }
    }

    /// <summary>Who may decide, by the policy of the operation, and where.</summary>
    private static string HowToDecide(CopilotHost host, ProposalView proposal)
    {
        var policy = host.Services.GetRequiredService<PolicyBook>().For(proposal.Operation);
        var may = host.Services.GetRequiredService<PeopleDirectory>().All
            .Where(p => policy.ApproverRole(p) is not null && (policy.SelfApproval || p.Id != proposal.RequestedBy))
            .Select(p => p.Id)
            .ToList();
        var who = may.Count == 0 ? $"nobody of people.yaml has the role ({string.Join(" or ", policy.Approve)})" : string.Join(" or ", may);
        return $"To approve or reject it: {host.Settings.Urls.Split(';')[0]} as {who} (`dotnet run --project Bot` serves it), or POST /api/proposals/{proposal.Id}/decision (docs/api.md).";
    }

    private static void Print(TurnAnswer answer, bool json, Func<ProposalView, string> howToDecide)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(answer, ApiJson.Indented));
            return;
        }

        AnswerPrinter.Print(AnsiConsole.Console, answer, howToDecide);
        AnsiConsole.MarkupLineInterpolated($"[grey]Go on with --conversation {answer.ConversationId}[/]");
    }
}
