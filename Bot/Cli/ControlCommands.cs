using System.CommandLine;
using System.Text.Json;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>kill stop|release|list</c> and <c>standing sign|revoke|list</c>.</summary>
internal static class ControlCommands
{
    public static Command Kill(Dictionary<string, string?> given) => new Command("kill", "The kill switch: stops one operation or everything, at once, on every node.")
    {
        Switch(given, stop: true), Switch(given, stop: false),
        Listing(given, "Every switch that was set.", async (host, tenant, stop) => await host.Services.GetRequiredService<KillSwitches>().ListAsync(tenant, stop)),
    }.OfTenant();

    public static Command Standing(Dictionary<string, string?> given)
    {
        var operation = new Argument<string>("operation");
        var playbook = new Option<string?>("--playbook") { Description = "Only for proposals of this playbook." };
        var segment = new Option<string?>("--segment") { Description = "Only for customers of this segment of rollout.yaml." };
        var perUse = new Option<string?>("--per-use") { Description = "Most for one use: \"50.00 USD\"." };
        var perDay = new Option<string?>("--per-day") { Description = "Most within 24 hours." };
        var uses = new Option<int>("--uses") { Description = "Most uses within 24 hours.", DefaultValueFactory = _ => 20 };
        var days = new Option<int>("--days") { Description = "How long it holds, 1 to 90.", DefaultValueFactory = _ => 30 };
        var person = CliPerson.Option("frank");
        var sign = new Command("sign", "Approve future proposals of an operation, within limits.") { operation, playbook, segment, perUse, perDay, uses, days, person };
        sign.SetAction((parsed, stop) => RunAsync(given, parsed, parsed.GetValue(person)!, async (host, tenant, who) =>
        {
            var expires = host.Services.GetRequiredService<BusinessClock>().UtcNow.AddDays(parsed.GetValue(days));
            var terms = new StandingTermsRequest(parsed.GetValue(operation), parsed.GetValue(playbook), parsed.GetValue(segment), parsed.GetValue(perUse), parsed.GetValue(perDay), parsed.GetValue(uses), expires);
            return terms.ToTerms().TryGet(out var wanted, out var refusal)
                ? (await host.Services.GetRequiredService<StandingDesk>().SignAsync(tenant, wanted, who, "cli", stop)).Map(s => (object)s)
                : refusal;
        }, stop));

        var id = new Argument<string>("id") { Description = "std_…" };
        var revoker = CliPerson.Option("frank");
        var revoke = new Command("revoke", "End a standing approval at once.") { id, revoker };
        revoke.SetAction((parsed, stop) => RunAsync(given, parsed, parsed.GetValue(revoker)!, async (host, tenant, who) =>
            (await host.Services.GetRequiredService<StandingDesk>().RevokeAsync(tenant, parsed.GetValue(id)!, who, stop)).Map(s => (object)s), stop));

        var list = Listing(given, "Every standing approval.", async (host, tenant, stop) => await host.Services.GetRequiredService<StandingDesk>().ListAsync(tenant, stop));
        return new Command("standing", "Standing approvals: a person's signature under future proposals, within scope, caps and time.") { sign, revoke, list }.OfTenant();
    }

    private static Command Switch(Dictionary<string, string?> given, bool stop)
    {
        var operation = new Argument<string>("operation") { Description = "An operation, or * for everything.", DefaultValueFactory = _ => KillSwitches.Everything };
        var reason = new Option<string?>("--reason") { Description = "Why; people see it." };
        var person = CliPerson.Option("ada");
        var command = new Command(stop ? "stop" : "release", stop ? "Stop an operation, or everything." : "Let it go on.") { operation, reason, person };
        command.SetAction((parsed, cancel) => RunAsync(given, parsed, parsed.GetValue(person)!, async (host, tenant, who) =>
            (await host.Services.GetRequiredService<KillSwitches>().SetAsync(tenant, parsed.GetValue(operation)!, stop, who, parsed.GetValue(reason), cancel)).Map(s => (object)s), cancel));
        return command;
    }

    private static Command Listing(Dictionary<string, string?> given, string description, Func<CliHost, TenantContext, CancellationToken, Task<object>> read)
    {
        var person = CliPerson.Option("ada");
        var command = new Command("list", description) { person };
        command.SetAction((parsed, stop) => RunAsync(given, parsed, parsed.GetValue(person)!, async (host, tenant, _) => new Outcome<object>.Ok(await read(host, tenant, stop)), stop));
        return command;
    }

    private static async Task<int> RunAsync(
        Dictionary<string, string?> given, ParseResult parsed, string personId, Func<CliHost, TenantContext, Person, Task<Outcome<object>>> run, CancellationToken cancellationToken)
    {
        await using var host = await CopilotHost.StartAsync(SettingsLoader.Load(given), new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        var on = host.For(parsed);
        if ((await run(on, on.Tenant.Context, CliPerson.Find(on, personId, "this"))).TryGet(out var value, out var refusal))
        {
            Console.WriteLine(JsonSerializer.Serialize(value, ApiJson.Indented));
            return CommandLine.Done;
        }

        Console.Error.WriteLine(refusal.ToString());
        return CommandLine.Failed;
    }
}
