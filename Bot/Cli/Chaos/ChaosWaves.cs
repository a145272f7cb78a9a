namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>
/// The rounds of a company, a wave at a time: work is given at each database, what does it is cut off, each at a boundary
/// of its own or at a random moment, and the work is seen to its end. At last everything is counted.
/// </summary>
internal sealed class ChaosWaves(ChaosCompany company, OwnPostgres? postgres, Random random)
{
    /// <summary>Milliseconds from the start of a round's work within which a random kill falls.</summary>
    private const int Moments = 800;

    /// <summary>A boundary is stopped at when it is reached for the first to this time: looks for work reach some very often.</summary>
    private const int MostTimes = 12;

    /// <summary>How long a stop at a boundary is waited for.</summary>
    private static readonly TimeSpan Standing = TimeSpan.FromSeconds(20);

    /// <summary>The kinds of waves in turn; between the others, boundaries, so that few waves have been at all of them.</summary>
    private static readonly WaveKind[] OnSqlite = [WaveKind.Boundaries, WaveKind.Random, WaveKind.Boundaries, WaveKind.Boundaries, WaveKind.Starting, WaveKind.Boundaries];
    private static readonly WaveKind[] OnPostgres =
        [WaveKind.Boundaries, WaveKind.Connections, WaveKind.Postmaster, WaveKind.Boundaries, WaveKind.Random, WaveKind.Boundaries, WaveKind.Starting, WaveKind.Boundaries];

    private readonly WaveKind[] _kinds = postgres is null ? OnSqlite : OnPostgres;
    private IReadOnlyDictionary<string, int> _times = System.Collections.ObjectModel.ReadOnlyDictionary<string, int>.Empty;
    private readonly Queue<string> _due = new();
    private int _round;

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
        for (var (played, wave) = (0, 0); played < rounds; played += company.Stages.Count, wave++)
        {
            await company.Nodes.WholeAsync();
            company.Stages[0].Tally.Kills += _kinds[wave % _kinds.Length] == WaveKind.Connections ? company.Stages.Count : 1;
            await (_kinds[wave % _kinds.Length] switch
            {
                WaveKind.Random => AtRandomAsync("SIGKILL at random", () => company.Nodes.KillAsync(cancellationToken), cancellationToken),
                WaveKind.Starting => WhileStartingAsync(cancellationToken),
                WaveKind.Connections => CutAsync(cancellationToken),
                WaveKind.Postmaster => AtRandomAsync("postmaster", () => postgres!.KillPostmasterAsync(cancellationToken), cancellationToken),
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
        var names = company.Stages.Select(_ => Next()).ToArray();
        foreach (var stage in company.Stages)
        {
            // The other node does a part of the round.
            victim.Arm(stage.Number, names[stage.Number], 1 + random.Next(Math.Clamp(_times[names[stage.Number]] / 2, 1, MostTimes)));
        }

        var works = company.Stages.Select(s => s.Work.DoAsync(_round++, cancellationToken)).ToArray();
        await Task.WhenAny(
            Task.WhenAll(works.Select((work, i) => Task.WhenAny(work, victim.StoppedAsync(i)))),
            Task.Delay(Standing, cancellationToken));
        foreach (var stage in company.Stages)
        {
            var name = names[stage.Number];
            var stands = victim.StoppedAsync(stage.Number).IsCompleted;
            stage.Work.Interrupted(!works[stage.Number].IsCompleted);
            stage.Tally.Cut(stands ? name : $"{name}, not reached");
            if (!stands)
            {
                _due.Enqueue(name);
            }
        }

        await company.Nodes.KillAsync(cancellationToken);
        await Task.WhenAll(works);
    }

    /// <summary>Each boundary in its turn, in an order of the seed; those that were not reached once more.</summary>
    private string Next()
    {
        if (_due.Count == 0)
        {
            string[] all = [.. _times.Keys];
            random.Shuffle(all);
            Array.ForEach(all, _due.Enqueue);
        }

        return _due.Dequeue();
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

    private void Interrupted(string how, Task[] works)
    {
        foreach (var stage in company.Stages)
        {
            stage.Work.Interrupted(!works[stage.Number].IsCompleted);
            stage.Tally.Cut(how);
        }
    }

    private enum WaveKind
    {
        /// <summary>Each copilot stands at a boundary of its own when their process is killed.</summary>
        Boundaries,

        /// <summary>Their process is killed at a random moment.</summary>
        Random,

        /// <summary>The other process is killed while it starts.</summary>
        Starting,

        /// <summary>Each database's connections are cut by pg_terminate_backend, at a moment of its own.</summary>
        Connections,

        /// <summary>The database server's postmaster is killed.</summary>
        Postmaster,
    }
}
