namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>
/// The rounds of a company, a wave at a time: work is given at each database, what does it is cut off, each at a boundary
/// of its own or at a random moment, and the work is seen to its end. At last everything is counted.
/// </summary>
internal sealed class ChaosWaves(ChaosCompany company, OwnPostgres? postgres, Random random)
{
    /// <summary>Milliseconds from the start of a round's work within which a random kill falls.</summary>
    private const int Moments = 800;

    /// <summary>How long a stop at a boundary is waited for.</summary>
    private static readonly TimeSpan Standing = TimeSpan.FromSeconds(20);

    private IReadOnlyDictionary<string, int> _times = System.Collections.ObjectModel.ReadOnlyDictionary<string, int>.Empty;
    private string[] _boundaries = [];
    private int _drawn;
    private int _round;
    private readonly int[] _kinds = Shuffled(random, postgres is null ? [0, 1, 2, 3, 4, 5] : [0, 1, 2, 3, 4, 5, 8, 9]);

    /// <summary>A wave without a kill says which boundaries there are and how often a round reaches each.</summary>
    public async Task<IReadOnlyDictionary<string, int>> RecordAsync(CancellationToken cancellationToken)
    {
        var current = company.Nodes.Current;
        current.Record();
        await Task.WhenAll(Begin(cancellationToken));
        return current.Reached.ToArray().GroupBy(n => n).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
    }

    /// <summary>Plays waves until there were as many rounds; a wave has one at each database.</summary>
    /// <param name="boundaries">Which there are, and how often a round reaches each.</param>
    public async Task PlayAsync(IReadOnlyDictionary<string, int> boundaries, int rounds, CancellationToken cancellationToken)
    {
        _times = boundaries;
        _boundaries = [.. boundaries.Keys];
        _drawn = random.Next(_boundaries.Length);
        for (var (played, wave) = (0, 0); played < rounds; played += company.Stages.Count, wave++)
        {
            await company.Nodes.WholeAsync();
            await (_kinds[wave % _kinds.Length] switch
            {
                0 => AtRandomAsync("SIGKILL at random", () => company.Nodes.KillAsync(cancellationToken), cancellationToken),
                1 => WhileStartingAsync(cancellationToken),
                8 => CutAsync(cancellationToken),
                9 => AtRandomAsync("postmaster", () => postgres!.KillPostmasterAsync(cancellationToken), cancellationToken),
                _ => AtBoundariesAsync(cancellationToken),
            });
        }

        await Task.WhenAll(company.Stages.Select(s => s.Work.FinishAsync(cancellationToken)));
        foreach (var stage in company.Stages)
        {
            await stage.Work.CountAsync(cancellationToken);
        }

        await ChaosCount.EffectsAsync(company, cancellationToken);
    }

    /// <summary>Each copilot stops at a boundary of its own; when all stand, or have nothing left to do, they are killed.</summary>
    private async Task AtBoundariesAsync(CancellationToken cancellationToken)
    {
        var victim = company.Nodes.Current;
        var names = company.Stages.Select(_ => _boundaries[_drawn++ % _boundaries.Length]).ToArray();
        foreach (var stage in company.Stages)
        {
            victim.Arm(stage.Number, names[stage.Number], 1 + random.Next(_times[names[stage.Number]]));
        }

        var works = company.Stages.Select(s => s.Work.DoAsync(_round++, cancellationToken)).ToArray();
        await Task.WhenAny(
            Task.WhenAll(works.Select((work, i) => Task.WhenAny(work, victim.StoppedAsync(i)))),
            Task.Delay(Standing, cancellationToken));
        foreach (var stage in company.Stages)
        {
            stage.Work.Interrupted(!works[stage.Number].IsCompleted);
            stage.Tally.Cut(victim.StoppedAsync(stage.Number).IsCompleted ? names[stage.Number] : $"{names[stage.Number]}, not reached");
        }

        await company.Nodes.KillAsync(cancellationToken);
        await Task.WhenAll(works);
    }

    private async Task AtRandomAsync(string how, Func<Task> kill, CancellationToken cancellationToken)
    {
        var works = Begin(cancellationToken);
        await Task.Delay(random.Next(Moments), cancellationToken);
        Interrupted(how, works);
        await kill();
        await Task.WhenAll(works);
    }

    /// <summary>Connections are cut from the server's side, at each database at its own moment.</summary>
    private async Task CutAsync(CancellationToken cancellationToken)
    {
        var works = Begin(cancellationToken);
        var moments = company.Stages.Select(_ => random.Next(Moments)).ToArray();
        await Task.WhenAll(company.Stages.Select(async stage =>
        {
            await Task.Delay(moments[stage.Number], cancellationToken);
            stage.Work.Interrupted(!works[stage.Number].IsCompleted);
            stage.Tally.Cut("pg_terminate_backend");
            await postgres!.CutConnectionsAsync(stage.Database.Connection!, cancellationToken);
        }));
        await Task.WhenAll(works);
    }

    private async Task WhileStartingAsync(CancellationToken cancellationToken)
    {
        var works = Begin(cancellationToken);
        await company.Nodes.KillStartingAsync(() => Task.Delay(1000 + random.Next(4 * Moments), cancellationToken), cancellationToken);
        foreach (var stage in company.Stages)
        {
            stage.Tally.Cut("SIGKILL while starting");
        }

        await Task.WhenAll(works);
    }

    private Task[] Begin(CancellationToken cancellationToken) => [.. company.Stages.Select(s => s.Work.DoAsync(_round++, cancellationToken))];

    private static int[] Shuffled(Random random, int[] kinds)
    {
        random.Shuffle(kinds);
        return kinds;
    }

    private void Interrupted(string how, Task[] works)
    {
        foreach (var stage in company.Stages)
        {
            stage.Work.Interrupted(!works[stage.Number].IsCompleted);
            stage.Tally.Cut(how);
        }
    }
}
