using System.Net.Sockets;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using Spectre.Console;

namespace BillingCopilot.Bot.Cli;

/// <summary>No verb: serves until it is told to stop.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(CopilotSettings settings, CancellationToken cancellationToken)
    {
        await using var host = await StartAsync(settings, cancellationToken);
        var tenant = host.Tenants.Default;
        AnsiConsole.MarkupLineInterpolated($"[bold]BillingCopilot[/] serves on [link]{host.Address}[/]");
        AnsiConsole.MarkupLineInterpolated($"  account {tenant.Context.Account}, {(tenant.IsSandbox ? $"sandbox at {tenant.Stripe.ApiBase}" : tenant.Context.Livemode ? "LIVE mode" : "test mode")}, model {settings.Model.For("").Label}");
        AnsiConsole.WriteLine("Three questions to try, there or with `ask`:");
        foreach (var question in host.Services.GetRequiredService<SuggestedQuestions>().All)
        {
            AnsiConsole.WriteLine($"  · {question}");
        }

        AnsiConsole.WriteLine("Ctrl+C stops it.");
        await host.WaitForShutdownAsync(cancellationToken);
        return CommandLine.Done;
    }

    private static async Task<CopilotHost> StartAsync(CopilotSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            return await CopilotHost.StartAsync(settings, new HostShape(Listen: true, Keep: true, Quiet: false), TimeProvider.System, cancellationToken);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new SettingsException($"Urls {settings.Urls} is in use. Stop the other process, or choose another with --Urls http://127.0.0.1:PORT.");
        }
        catch (SocketException e)
        {
            throw new SettingsException($"Urls {settings.Urls} can't be listened on ({e.Message}). Choose an address of this machine and a port that this user may open, such as --Urls http://127.0.0.1:5080.");
        }
    }
}
