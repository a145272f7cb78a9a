using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Reconcile;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>proposals list|show|approve|reject|edit|undo|batch|reconcile|settle</c>.</summary>
internal static class ProposalsCommand
{
    private const string Channel = "cli";

    public static Command Create(Dictionary<string, string?> given) => new Command("proposals", "What waits for a decision, and the decisions.")
    {
        List(given), Show(given), Decide(given, approve: true), Decide(given, approve: false), Edit(given), Undo(given), Batch(given), Reconcile(given), Settle(given),
    }.OfTenant();

    private static Command List(Dictionary<string, string?> given)
    {
        var status = new Option<string?>("--status") { Description = "pending, approved, executed, needs_reconcile, …" };
        var command = new Command("list", "List proposals, newest first.") { status };
        command.SetAction((parsed, stop) => RunAsync(given, parsed, "ada", async (host, _) =>
        {
            var wanted = parsed.GetValue(status) is not { } word ? default(ProposalStatus?)
                : StatusWord.TryRead(word, out var found) ? found
                : throw new SettingsException($"--status '{word}' is unknown. Use one of {StatusWord.All}.");
            foreach (var p in await host.Services.GetRequiredService<ProposalBook>().ListAsync(host.Tenant.Context, wanted, 200, stop))
            {
                Console.WriteLine($"{p.Id}  {JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Status.ToString()),-15} {p.Title}  [{p.CustomerName}]  cause {p.Cause}");
            }

            return CommandLine.Done;
        }, stop));
        return command;
    }

    private static Command Show(Dictionary<string, string?> given) => OnOne("show", "Show one proposal as JSON.", given, "ada", async (host, id, _, stop) =>
        await host.Services.GetRequiredService<ProposalBook>().FindAsync(host.Tenant.Context, id, stop) is { } found ? found : NotFound());

    private static Command Decide(Dictionary<string, string?> given, bool approve)
    {
        var reason = new Option<string?>("--reason") { Description = "Why; reaches the requester and the agent.", Required = !approve };
        var command = OnOne(approve ? "approve" : "reject", approve ? "Approve a proposal and carry it out." : "Reject a proposal.", given, "frank", async (host, id, person, stop, parsed) =>
            await host.Services.GetRequiredService<ProposalBook>().FindAsync(host.Tenant.Context, id, stop) is { } shown
                ? await host.Services.GetRequiredService<Decisions>().DecideAsync(host.Tenant, person, id, shown.Hash, approve, parsed.GetValue(reason), Channel, stop)
                : NotFound());
        command.Options.Add(reason);
        return command;
    }

    private static Command Edit(Dictionary<string, string?> given)
    {
        var arguments = new Option<string>("--arguments") { Description = "JSON of the arguments to change: {\"amount\":\"100.00 USD\"}.", DefaultValueFactory = _ => "{}" };
        var when = new Option<string?>("--not-before") { Description = "\"Tuesday 9:00 Europe/Berlin\" or an instant." };
        var command = OnOne("edit", "Put an edited proposal in the place of a pending one.", given, "frank", async (host, id, person, stop, parsed) =>
        {
            var tenant = host.Tenant.Context;
            if (Parse(parsed.GetValue(arguments)!) is not { } changes)
            {
                return new Refusal("invalid_arguments", "--arguments is no JSON object.", "Write {\"amount\":\"100.00 USD\"}.");
            }

            var notBefore = default(DateTimeOffset?);
            if (parsed.GetValue(when) is { } time)
            {
                if (!NotBefore.Read(time, host.Services.GetRequiredService<Storage.BusinessClock>().UtcNow, tenant.TimeZone).TryGet(out var instant, out var unreadable))
                {
                    return unreadable;
                }

                notBefore = instant;
            }

            return await host.Services.GetRequiredService<ProposalBook>().FindAsync(tenant, id, stop) is { } shown
                ? await host.Services.GetRequiredService<ProposalEditor>().EditAsync(tenant, id, person, shown.Hash, changes, notBefore, null, stop)
                : NotFound();
        });
        command.Options.Add(arguments);
        command.Options.Add(when);
        return command;
    }

    private static Command Undo(Dictionary<string, string?> given) => OnOne("undo", "Propose the operation that undoes an executed proposal.", given, "sam", (host, id, person, stop) =>
        host.Services.GetRequiredService<ProposalEditor>().UndoAsync(host.Tenant.Context, id, person, null, stop));

    private static Command Reconcile(Dictionary<string, string?> given) => OnOne("reconcile", "Look again whether an uncertain execution took effect.", given, "frank", (host, id, person, stop) =>
        host.Services.GetRequiredService<ReconcileDesk>().LookAgainAsync(host.Tenant.Context, id, person, stop));

    private static Command Settle(Dictionary<string, string?> given)
    {
        var outcome = new Option<string>("--outcome") { Description = "executed or not_done.", Required = true };
        outcome.AcceptOnlyFromAmong("executed", "not_done");
        var note = new Option<string>("--note") { Description = "What you saw.", Required = true };
        var made = new Option<string?>("--object") { Description = "Id of what it made or changed." };
        var command = OnOne("settle", "Say how an uncertain execution ended, after looking for yourself.", given, "frank", (host, id, person, stop, parsed) =>
            host.Services.GetRequiredService<ReconcileDesk>().SettleAsync(
                host.Tenant.Context, id, person, parsed.GetValue(outcome) == "executed", parsed.GetValue(made), parsed.GetValue(note)!, stop));
        command.Options.Add(outcome);
        command.Options.Add(note);
        command.Options.Add(made);
        return command;
    }

    private static Command Batch(Dictionary<string, string?> given)
    {
        var cause = new Argument<string>("cause") { Description = "The cause that `proposals list` names." };
        var remove = new Option<string[]>("--remove") { Description = "Proposals to leave out.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var sign = new Option<string?>("--sign") { Description = "Hash of the list as shown: signs it. Without it the list is shown." };
        var id = new Option<string?>("--list") { Description = "Id of the list that was shown." };
        var person = CliPerson.Option("frank");
        var command = new Command("batch", "Show the pending proposals of one cause as a list, and sign it.") { cause, remove, sign, id, person };
        command.SetAction((parsed, stop) => RunAsync(given, parsed, parsed.GetValue(person)!, async (host, who) =>
        {
            var desk = host.Services.GetRequiredService<BatchDesk>();
            var sight = host.Services.GetRequiredService<ProposalSight>();
            var tenant = host.Tenant;
            if (parsed.GetValue(sign) is { } hash && parsed.GetValue(id) is { } list)
            {
                return Print((await host.Services.GetRequiredService<Decisions>().SignAsync(tenant, who, list, hash, Channel, stop)).Map(r => (object)sight.Of(r, who)));
            }

            var opened = await desk.OpenAsync(tenant.Context, parsed.GetValue(cause)!, who, stop);
            return parsed.GetValue(remove) is { Length: > 0 } rows && opened.TryGet(out var batch, out _)
                ? Print((await desk.RemoveAsync(tenant.Context, batch.Id, rows, who, stop)).Map(b => (object)sight.Of(b, who)))
                : Print(opened.Map(b => (object)sight.Of(b, who)));
        }, stop));
        return command;
    }

    private static Command OnOne(
        string name, string description, Dictionary<string, string?> given, string usual, Func<CliHost, string, Person, CancellationToken, Task<Outcome<ProposalView>>> run) =>
        OnOne(name, description, given, usual, (host, id, person, stop, _) => run(host, id, person, stop));

    private static Command OnOne(
        string name, string description, Dictionary<string, string?> given, string usual,
        Func<CliHost, string, Person, CancellationToken, ParseResult, Task<Outcome<ProposalView>>> run)
    {
        var id = new Argument<string>("id") { Description = "Proposal: prop_…" };
        var person = CliPerson.Option(usual);
        var command = new Command(name, description) { id, person };
        command.SetAction((parsed, stop) => RunAsync(given, parsed, parsed.GetValue(person)!, async (host, who) =>
            Print((await run(host, parsed.GetValue(id)!, who, stop, parsed)).Map(v => (object)host.Services.GetRequiredService<ProposalSight>().Of(v, who))), stop));
        return command;
    }

    private static async Task<int> RunAsync(Dictionary<string, string?> given, ParseResult parsed, string personId, Func<CliHost, Person, Task<int>> run, CancellationToken cancellationToken)
    {
        await using var host = await CopilotHost.StartAsync(SettingsLoader.Load(given), new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        var on = host.For(parsed);
        return await run(on, CliPerson.Find(on, personId, "proposals"));
    }

    private static int Print(Outcome<object> outcome)
    {
        if (outcome.TryGet(out var value, out var refusal))
        {
            Console.WriteLine(JsonSerializer.Serialize(value, ApiJson.Indented));
            return CommandLine.Done;
        }

        Console.Error.WriteLine(refusal.ToString());
        return CommandLine.Failed;
    }

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Refusal NotFound() => new("not_found", "There is no such proposal.", "`proposals list` shows them.");
}
