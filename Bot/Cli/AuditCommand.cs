using System.CommandLine;
using System.Text.Json;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Governance.Audit;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>audit verify|export</c>: the chain of everything that was proposed, decided and done.</summary>
internal static class AuditCommand
{
    public static Command Create(Dictionary<string, string?> given)
    {
        var verify = new Command("verify", "Check the chain; names the first entry that was changed, removed or reordered.");
        verify.SetAction((_, stop) => VerifyAsync(SettingsLoader.Load(given), stop));
        var export = new Command("export", "Write every entry as a JSON line.");
        export.SetAction((_, stop) => ExportAsync(SettingsLoader.Load(given), stop));
        return new Command("audit", "The audit log.") { verify, export };
    }

    private static async Task<int> VerifyAsync(CopilotSettings settings, CancellationToken cancellationToken)
    {
        await using var host = await CopilotHost.StartAsync(settings, new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        var fault = await host.Services.GetRequiredService<AuditLog>().VerifyAsync(host.Tenants.Default.Context, cancellationToken);
        Console.WriteLine(fault is null ? "The audit chain is whole." : fault.ToString());
        return fault is null ? CommandLine.Done : CommandLine.Failed;
    }

    private static async Task<int> ExportAsync(CopilotSettings settings, CancellationToken cancellationToken)
    {
        await using var host = await CopilotHost.StartAsync(settings, new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        foreach (var entry in await host.Services.GetRequiredService<AuditLog>().ReadAsync(host.Tenants.Default.Context, cancellationToken))
        {
            Console.WriteLine(JsonSerializer.Serialize(entry, ApiJson.Options));
        }

        return CommandLine.Done;
    }
}
