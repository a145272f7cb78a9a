using System.CommandLine;
using System.Text.Json;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>
/// <c>chaos [--rounds N] [--seed N] [--db sqlite|postgres] [--stages N] [--lease SECONDS] [--json]</c>: kills copilots at every step
/// boundary and at random times, and compares what was promised with what the sandbox's ledger says was done.
/// </summary>
internal static class ChaosCommand
{
    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "Kills (1 to 100,000).", DefaultValueFactory = _ => 20 };
        var seed = new Option<int>("--seed") { Description = "Decides what is killed where.", DefaultValueFactory = _ => 1 };
        var db = new Option<string>("--db") { Description = "sqlite or postgres.", DefaultValueFactory = _ => "sqlite" };
        var stages = new Option<int>("--stages") { Description = "Databases whose copilots are killed together, each at a boundary of its own (1 to 32).", DefaultValueFactory = _ => 16 };
        var lease = new Option<int>("--lease") { Description = "Seconds of the leases: short ones make short rounds; 10 is what a copilot has (1 to 60).", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Print one JSON document and nothing else." };
        var command = new Command("chaos", "Kill copilots in the midst of work and count what was lost or done twice.") { rounds, seed, db, stages, lease, json };
        command.SetAction((parsed, stop) => RunAsync(
            new ChaosOptions(parsed.GetValue(rounds), parsed.GetValue(seed), parsed.GetValue(db)!, parsed.GetValue(stages)) { LeaseSeconds = parsed.GetValue(lease) }, parsed.GetValue(json), stop));
        return command;
    }

    private static async Task<int> RunAsync(ChaosOptions options, bool json, CancellationToken cancellationToken)
    {
        Range("--rounds", options.Rounds, 1, 100_000);
        Range("--stages", options.Stages, 1, 32);
        Range("--lease", options.LeaseSeconds, 1, 60);
        if (options.Database is not ("sqlite" or "postgres"))
        {
            throw new SettingsException($"--db '{options.Database}' is unknown. Use sqlite or postgres.");
        }

        var report = await ChaosRun.RunAsync(options, json ? _ => { } : Console.WriteLine, cancellationToken);
        Console.WriteLine(json ? JsonSerializer.Serialize(report, ApiJson.Indented) : report.ToString());
        return report.IsClean ? CommandLine.Done : CommandLine.Failed;
    }

    private static void Range(string name, int value, int from, int to)
    {
        if (value < from || value > to)
        {
            throw new SettingsException($"{name} is {value}. Use {from} to {to}.");
        }
    }
}

/// <param name="Rounds">Interruptions in all, rounded up to whole waves.</param>
/// <param name="Database"><c>sqlite</c> or <c>postgres</c>.</param>
/// <param name="Stages">Databases side by side.</param>
public sealed record ChaosOptions(int Rounds, int Seed, string Database, int Stages)
{
    /// <summary>Seconds of the leases: short ones make short rounds.</summary>
    public int LeaseSeconds { get; init; } = 1;
}
