using System.Diagnostics;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>Plays the rounds, a company after the other: each has a fresh sandbox and fresh databases for as many rounds as its world is good for.</summary>
public static class ChaosRun
{
    /// <summary>Waves at the start of the first company that are not counted: they say which boundaries there are.</summary>
    private const int Recorded = 1;

    public static async Task<ChaosReport> RunAsync(ChaosOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await using var postgres = options.Database == "postgres" ? await OwnPostgres.StartAsync(cancellationToken) : null;
        var tallies = new List<ChaosTally>();
        IReadOnlyDictionary<string, int>? boundaries = null;
        for (var (number, left) = (0, options.Rounds); left > 0; number++)
        {
            await using var company = await ChaosCompany.OpenAsync(options, number, postgres, cancellationToken);
            var waves = new ChaosWaves(company, postgres, new Random((options.Seed * 1009) + number));
            if (boundaries is null)
            {
                boundaries = await waves.RecordAsync(cancellationToken);
                progress($"{boundaries.Count} boundaries: {string.Join(' ', boundaries.Select(b => $"{b.Key}×{b.Value}"))}");
            }

            var rounds = Math.Min(left, (company.Plot.Rounds - Recorded) * options.Stages);
            await waves.PlayAsync(boundaries, rounds, cancellationToken);
            tallies.AddRange(company.Stages.Select(s => s.Tally));
            left -= rounds;
            progress($"{options.Rounds - left} rounds after {clock.Elapsed.TotalSeconds:0} s, {tallies.Sum(t => t.Lost)} lost, {tallies.Sum(t => t.Doubled)} doubled");
        }

        return ChaosReport.Of(options, tallies, clock.Elapsed);
    }
}
