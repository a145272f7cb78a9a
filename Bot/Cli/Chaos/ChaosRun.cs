using System.Collections.Concurrent;
using System.Diagnostics;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>Divides the rounds among stages, which run side by side, each for a few rounds with a fresh sandbox and database.</summary>
public static class ChaosRun
{
    /// <summary>Rounds after which a stage's world is used up.</summary>
    private const int RoundsOfAStage = 25;

    public static async Task<ChaosReport> RunAsync(ChaosOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var postgres = options.Database == "postgres" ? await OwnPostgres.StartAsync(cancellationToken) : null;
        try
        {
            var tallies = new ConcurrentBag<ChaosTally>();
            var parts = Parts(options);
            var boundaries = await FirstAsync(options, postgres, cancellationToken);
            progress($"{boundaries.Count} boundaries: {string.Join(' ', boundaries.Select(b => $"{b.Key}×{b.Value}"))}");
            await Parallel.ForEachAsync(parts, new ParallelOptions { MaxDegreeOfParallelism = options.Stages, CancellationToken = cancellationToken }, async (part, token) =>
            {
                await using var stage = await ChaosStage.OpenAsync(options, part.Number, postgres, token);
                await new ChaosRounds(stage, new Random(HashCode.Combine(options.Seed, part.Number)), boundaries).RunAsync(part.Rounds, token);
                tallies.Add(stage.Tally);
                progress($"stage {part.Number}: {part.Rounds} kills, {stage.Tally.Lost} lost, {stage.Tally.Doubled} doubled");
            });
            return ChaosReport.Of(options, tallies, clock.Elapsed);
        }
        finally
        {
            if (postgres is not null)
            {
                await postgres.DisposeAsync();
            }
        }
    }

    private static List<(int Number, int Rounds)> Parts(ChaosOptions options)
    {
        var size = Math.Min(RoundsOfAStage, (options.Rounds + options.Stages - 1) / options.Stages);
        return [.. Enumerable.Range(0, (options.Rounds + size - 1) / size).Select(i => (i, Math.Min(size, options.Rounds - (i * size))))];
    }

    /// <summary>A stage in which nothing is killed says which boundaries there are, and how often each is reached.</summary>
    private static async Task<IReadOnlyDictionary<string, int>> FirstAsync(ChaosOptions options, OwnPostgres? postgres, CancellationToken cancellationToken)
    {
        await using var stage = await ChaosStage.OpenAsync(options, -1, postgres, cancellationToken);
        var reached = await stage.RecordAsync(cancellationToken);
        return reached.GroupBy(name => name).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count());
    }
}
