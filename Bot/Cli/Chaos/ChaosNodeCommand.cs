using System.CommandLine;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Sandbox;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>
/// <c>chaos-node</c>, for the harness alone: whole copilots, one for each of several databases, in one process, so that
/// a SIGKILL interrupts them all and a start's cost is shared. They stop where the harness says on standard input.
/// </summary>
internal static class ChaosNodeCommand
{
    /// <summary>Signs the harness's events; not a secret of anything.</summary>
    public const string WebhookSecret = "whsec" + "_chaos";

    public static Command Create()
    {
        var command = new Command("chaos-node", "Started by chaos.") { Hidden = true };
        command.SetAction((_, stop) => RunAsync(stop));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var plan = ChaosPlan.Read(await Console.In.ReadLineAsync(cancellationToken) ?? throw new SettingsException("chaos-node is started by chaos."));
        var recording = false;
        var points = plan.Copilots.Select((_, i) => new Failpoints(
            name => Say(recording && i == 0, ChaosLine.Of(ChaosLine.Reached, name)),
            name => Say(true, ChaosLine.Of(ChaosLine.Stopped, i, name)))).ToArray();

        // The first one compiles for all.
        List<CopilotHost> hosts = [await StartAsync(plan, 0, points[0], cancellationToken)];
        hosts.AddRange(await Task.WhenAll(Enumerable.Range(1, plan.Copilots.Count - 1).Select(i => StartAsync(plan, i, points[i], cancellationToken))));
        Say(true, ChaosLine.Of(ChaosLine.Ready, [.. hosts.Select(h => h.Address)]));
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            switch (ChaosLine.Read(line))
            {
                case (ChaosLine.Arm, [var copilot, var name, var nth]):
                    points[int.Parse(copilot)].Arm(name, int.Parse(nth));
                    break;
                case (ChaosLine.Record, _):
                    recording = true;
                    break;
            }
        }

        // The harness is gone; nothing of it is to stay.
        return CommandLine.Done;
    }

    private static void Say(bool holds, string line)
    {
        if (holds)
        {
            Console.Out.WriteLine(line);
        }
    }

    private static Task<CopilotHost> StartAsync(ChaosPlan plan, int copilot, Failpoints points, CancellationToken cancellationToken)
    {
        var database = plan.Copilots[copilot];
        var settings = new CopilotSettings
        {
            Urls = "http://127.0.0.1:0",
            Database = { Provider = database.Connection is null ? "sqlite" : "postgres", Path = database.Path, ConnectionString = database.Connection },
            Memory = { Path = Path.Combine(database.Folder, $"memory-{plan.Node}.db") },
            Auth = { Keys = Path.Combine(database.Folder, "keys") },
            Mail = { Outbox = Path.Combine(database.Folder, "outbox") },
            Sandbox = { Data = Path.Combine(database.Folder, "sandbox") },
            Audit = { Node = plan.Node },
            Stripe = { ApiBase = plan.Stripe, ReadKey = SandboxKeys.Read, WriteKey = SandboxKeys.Write, WebhookSecrets = [WebhookSecret] },
            Tasks = { LeaseSeconds = plan.LeaseSeconds, MaxAttempts = MostAttempts(plan.LeaseSeconds), PollSeconds = Math.Min(new TaskSettings().PollSeconds, plan.LeaseSeconds) },
        };
        return CopilotHost.StartAsync(settings, new HostShape(Listen: true, Keep: true, Quiet: true, Failpoints: points), TimeProvider.System, cancellationToken);
    }

    /// <summary>
    /// A lease shorter than the pauses of a busy machine is taken over though nobody died, which counts as an attempt: as
    /// many are allowed as make up the time that the usual lease gives.
    /// </summary>
    private static int MostAttempts(int leaseSeconds)
    {
        var usual = new TaskSettings();
        return Math.Clamp(usual.MaxAttempts * usual.LeaseSeconds / leaseSeconds, usual.MaxAttempts, 20);
    }
}
