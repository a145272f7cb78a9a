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
    private const int Page = 1000;

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
        var found = await host.Services.GetRequiredService<AuditLog>().VerifyAsync(host.Tenants.Default.Context, cancellationToken);
        Console.WriteLine(found.Whole ? $"The audit chain is whole: {found.Count} entries, head {found.Head?.Hash ?? "none"}." : $"Entry {found.BadSeq}: {found.Why}");
        return found.Whole ? CommandLine.Done : CommandLine.Failed;
    }

    private static async Task<int> ExportAsync(CopilotSettings settings, CancellationToken cancellationToken)
    {
        await using var host = await CopilotHost.StartAsync(settings, new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        var log = host.Services.GetRequiredService<AuditLog>();
        for (var last = 0L; await log.ReadAsync(host.Tenants.Default.Context, last, Page, cancellationToken) is { Count: > 0 } page; last = page[^1].Seq)
        {
            foreach (var entry in page)
            {
                Console.WriteLine(JsonSerializer.Serialize(entry, ApiJson.Options));
            }
        }

        return CommandLine.Done;
    }
}
