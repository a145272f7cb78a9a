using System.CommandLine;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Bot.Cli;

/// <summary>Whose data a verb is about.</summary>
internal static class CliTenant
{
    private const string Name = "--tenant";

    /// <summary>The verb, and all verbs under it, with the option that names a tenant.</summary>
    public static Command OfTenant(this Command command)
    {
        command.Options.Add(new Option<string>(Name) { Description = "Which tenant: its name under Tenants in the settings.", DefaultValueFactory = _ => "default", Recursive = true });
        return command;
    }

    /// <summary>The host with the tenant that was named.</summary>
    /// <exception cref="SettingsException">There is no such tenant.</exception>
    public static CliHost For(this CopilotHost host, ParseResult parsed)
    {
        var id = parsed.GetValue<string>(Name)!;
        return new CliHost(host, host.Tenants.Find(id)
            ?? throw new SettingsException($"{Name} '{id}' is unknown. There {(host.Tenants.All.Count == 1 ? "is" : "are")}: {string.Join(", ", host.Tenants.All.Select(t => t.Context.Id))}. Others are added under Tenants in the settings."));
    }
}

/// <summary>The running copilot, for one tenant.</summary>
internal sealed record CliHost(CopilotHost Host, Tenant Tenant)
{
    public IServiceProvider Services => Host.Services;
}
