namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>The rounds of one stage: in each, work is given and what does it is killed. At the end everything is counted.</summary>
internal sealed class ChaosRounds(ChaosStage stage, Random random, IReadOnlyDictionary<string, int> boundaries)
{
    private readonly string[] _names = [.. boundaries.Keys];

    public async Task RunAsync(int rounds, CancellationToken cancellationToken)
    {
        var first = random.Next(_names.Length);
        for (var round = 0; round < rounds; round++)
        {
            // Each boundary's turn comes, whatever else is drawn.
            var name = _names[(first + round) % _names.Length];
            await RoundAsync(round, name, cancellationToken);
        }

        await stage.UseAsync(null, cancellationToken);
        await stage.Work.FinishAsync(cancellationToken);
        await stage.Work.CountAsync(cancellationToken);
    }

    private Task RoundAsync(int round, string name, CancellationToken cancellationToken) => random.Next(10) switch
    {
        0 or 1 => AtRandomAsync(round, "at random", stage.KillAsync, cancellationToken),
        2 when stage.Postgres is not null => AtRandomAsync(round, "pg_terminate_backend", () => stage.Postgres.CutConnectionsAsync(stage.Database, cancellationToken), cancellationToken),
        3 when stage.Postgres is not null && stage.MayKillPostmaster => AtRandomAsync(round, "postmaster", () => stage.Postgres.KillPostmasterAsync(cancellationToken), cancellationToken),
        _ => AtBoundaryAsync(round, name, cancellationToken),
    };

    /// <summary>The copilot kills itself when it comes to the boundary; where it does not, it is killed afterwards.</summary>
    private async Task AtBoundaryAsync(int round, string name, CancellationToken cancellationToken)
    {
        await stage.UseAsync($"{name}#{1 + random.Next(boundaries[name])}", cancellationToken);
        await stage.Work.DoAsync(round, cancellationToken);
        if (stage.Died)
        {
            stage.Tally.Killed(name);
            return;
        }

        stage.Tally.Killed("idle, " + name + " not reached");
        await stage.KillAsync();
    }

    private async Task AtRandomAsync(int round, string where, Func<Task> kill, CancellationToken cancellationToken)
    {
        await stage.UseAsync(null, cancellationToken);
        var work = stage.Work.DoAsync(round, cancellationToken);
        await Task.WhenAny(work, Task.Delay(random.Next(1200), cancellationToken));
        stage.Work.Interrupted();
        await kill();
        stage.Tally.Killed(where);
        await work;
    }
}
