using System.CommandLine;
using System.Text.Json.Nodes;
using BillingCopilot.Agents;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>prompts list|diff|activate</c>: the specialists' versions, what differs between two, and which one answers.</summary>
internal static class PromptsCommand
{
    public static Command Create(Dictionary<string, string?> given)
    {
        var list = new Command("list", "Every version with its hash; * marks the one that answers, ! one that changed since it was recorded.");
        list.SetAction((parsed, stop) => OnHostAsync(given, parsed, host => ListAsync(host, stop), stop));

        var from = new Argument<string>("from") { Description = "Such as support.v1." };
        var to = new Argument<string>("to") { Description = "Such as support.v2." };
        var diff = new Command("diff", "The lines that differ between two versions, fragments filled in.") { from, to };
        diff.SetAction((parsed, stop) => OnHostAsync(given, parsed, host => Task.FromResult(Diff(host, parsed.GetValue(from)!, parsed.GetValue(to)!)), stop));

        var version = new Argument<string>("version") { Description = "Such as support.v2." };
        var person = new Option<string>("--as") { Description = "Who activates it: an admin of people.yaml.", Required = true };
        var activate = new Command("activate", "Let this version answer from now on.") { version, person };
        activate.SetAction((parsed, stop) => OnHostAsync(given, parsed, host => ActivateAsync(host, parsed.GetValue(version)!, parsed.GetValue(person)!, stop), stop));
        return new Command("prompts", "The specialists' prompts.") { list, diff, activate }.OfTenant();
    }

    private static async Task<int> OnHostAsync(Dictionary<string, string?> given, ParseResult parsed, Func<CliHost, Task<int>> run, CancellationToken cancellationToken)
    {
        await using var host = await CopilotHost.StartAsync(SettingsLoader.Load(given), new HostShape(Listen: false, Keep: true, Quiet: true, TakesChangedPrompts: true), TimeProvider.System, cancellationToken);
        try
        {
            return await run(host.For(parsed));
        }
        catch (AgentConfigurationException e)
        {
            throw new SettingsException(e.Message);
        }
    }

    private static async Task<int> ListAsync(CliHost host, CancellationToken cancellationToken)
    {
        var registry = host.Services.GetRequiredService<PromptRegistry>();
        var tenant = host.Tenant.Context;
        await using var db = host.Services.GetRequiredService<CopilotDbFactory>().Open(tenant);
        var recorded = await PromptRegistry.RecordedAsync(db, cancellationToken);
        var active = registry.ActiveFor(tenant).Values.Select(p => p.Label).ToHashSet(StringComparer.Ordinal);
        foreach (var prompt in registry.All)
        {
            var changed = recorded.TryGetValue(prompt.Label, out var hash) && hash != prompt.Hash;
            Console.WriteLine($"{(active.Contains(prompt.Label) ? "*" : " ")}{(changed ? "!" : " ")} {prompt.Label,-20} {prompt.Hash[..12]}  {prompt.Tools.Count} tools, {prompt.Examples.Count} examples  {prompt.Path}");
        }

        return CommandLine.Done;
    }

    private static int Diff(CliHost host, string from, string to)
    {
        var registry = host.Services.GetRequiredService<PromptRegistry>();
        var (before, after) = (Find(registry, from), Find(registry, to));
        foreach (var line in PromptDiff.Between(before, after))
        {
            Console.WriteLine(line);
        }

        return CommandLine.Done;
    }

    private static async Task<int> ActivateAsync(CliHost host, string label, string personId, CancellationToken cancellationToken)
    {
        var tenant = host.Tenant;
        var person = CliPerson.Find(host, personId, "prompts activate");
        if (!person.Roles.Contains(Roles.Admin))
        {
            await Console.Error.WriteLineAsync($"{person.Name} ({string.Join(", ", person.Roles)}) may not activate a prompt: only an admin may.");
            return CommandLine.Failed;
        }

        var registry = host.Services.GetRequiredService<PromptRegistry>();
        var prompt = Find(registry, label);
        await using (var db = host.Services.GetRequiredService<CopilotDbFactory>().Open(tenant.Context))
        {
            await registry.ActivateAsync(db, prompt.Name, prompt.Version, host.Services.GetRequiredService<BusinessClock>().UtcNow, cancellationToken);
        }

        await host.Services.GetRequiredService<AuditLog>().AppendAsync(
            tenant.Context, new AuditEntry("prompt.activated", person.Id, prompt.Label, new JsonObject { ["version"] = prompt.Label, ["hash"] = prompt.Hash }), cancellationToken);
        Console.WriteLine($"{prompt.Label} answers from now on; a running server takes it at its next start.");
        return CommandLine.Done;
    }

    private static AgentPrompt Find(PromptRegistry registry, string label) => registry.All.FirstOrDefault(p => p.Label == label)
        ?? throw new SettingsException($"There is no prompt '{label}'. There are: {string.Join(", ", registry.All.Select(p => p.Label))}.");
}
