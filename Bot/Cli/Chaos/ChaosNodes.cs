namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>
/// Two processes of copilots on the same databases: the one that is asked, and may be killed, and the one that takes over.
/// After a kill a new one is started while the other works.
/// </summary>
internal sealed class ChaosNodes(string folder, Func<string, ChaosPlan> plan) : IAsyncDisposable
{
    private readonly List<ChaosProcess> _launched = [];
    private ChaosProcess? _current;
    private Task<ChaosProcess>? _next;

    /// <summary>The process that is asked.</summary>
    public ChaosProcess Current => _current ?? throw new InvalidOperationException("Nothing was started.");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // The first one makes the schema by itself.
        _current = await OneAsync(cancellationToken);
        _next = OneAsync(cancellationToken);
    }

    /// <summary>Both run.</summary>
    public Task WholeAsync() => _next ?? throw new InvalidOperationException("Nothing was started.");

    /// <summary>SIGKILL for the one that is asked; from now on the other one is.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        var killed = Current;
        var heir = await WholeBeforeAsync();
        await killed.DisposeAsync();
        _current = heir;
        _next = OneAsync(cancellationToken);
    }

    /// <summary>SIGKILL for the other one while it starts, at a moment of its own.</summary>
    public async Task KillStartingAsync(Func<Task> moment, CancellationToken cancellationToken)
    {
        await (await WholeBeforeAsync()).DisposeAsync();
        var process = Launch();
        await moment();
        await process.DisposeAsync();
        _next = OneAsync(cancellationToken);
    }

    /// <summary>Whatever became of them: none stays.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _launched)
        {
            await process.DisposeAsync();
        }

        await (_next ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task<ChaosProcess> WholeBeforeAsync() => _next ?? throw new InvalidOperationException("Nothing was started.");

    private async Task<ChaosProcess> OneAsync(CancellationToken cancellationToken)
    {
        var process = Launch();
        await process.ReadyAsync(cancellationToken);
        return process;
    }

    /// <summary>Two names in turn: who is started bears the name of who was killed.</summary>
    private ChaosProcess Launch()
    {
        var process = ChaosProcess.Start(folder, plan(_launched.Count % 2 == 0 ? "a" : "b"));
        _launched.Add(process);
        return process;
    }
}
