using System.Collections.Concurrent;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>One process of copilots, as the harness sees it.</summary>
internal sealed class ChaosProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly TaskCompletionSource<Uri[]> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<string>> _stopped = new();

    private ChaosProcess(string folder, ChaosPlan plan)
    {
        _process = ChildProcess.Start("Bot", folder, ["chaos-node"], Heard);
        _ = EndAsync();
        _process.Write(plan.ToLine());
    }

    /// <summary>The boundaries that the first copilot reached while it was recorded, in order.</summary>
    public ConcurrentQueue<string> Reached { get; } = new();

    public static ChaosProcess Start(string folder, ChaosPlan plan) => new(folder, plan);

    /// <summary>Waits until every copilot serves.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken) => await _ready.Task.WaitAsync(cancellationToken);

    public Uri AddressOf(int copilot) => _ready.Task.Result[copilot];

    public void Record() => _process.Write(ChaosLine.Of(ChaosLine.Record));

    public void Arm(int copilot, string name, int nth) => _process.Write(ChaosLine.Of(ChaosLine.Arm, copilot, name, nth));

    /// <summary>Ends, with its boundary's name, when the copilot stands at it.</summary>
    public Task<string> StoppedAsync(int copilot) => Standing(copilot).Task;

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private TaskCompletionSource<string> Standing(int copilot) => _stopped.GetOrAdd(copilot, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private void Heard(string line)
    {
        switch (ChaosLine.Read(line))
        {
            case (ChaosLine.Ready, var addresses):
                _ready.TrySetResult([.. addresses.Select(a => new Uri(a))]);
                break;
            case (ChaosLine.Reached, [var name]):
                Reached.Enqueue(name);
                break;
            case (ChaosLine.Stopped, [var copilot, var name]):
                Standing(int.Parse(copilot)).TrySetResult(name);
                break;
        }
    }

    private async Task EndAsync()
    {
        await _process.EndedAsync();
        _ready.TrySetException(new InvalidOperationException($"Copilots do not start: {_process.Output}"));
        _ = _ready.Task.Exception;
    }
}
