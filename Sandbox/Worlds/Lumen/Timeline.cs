namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Runs steps in the order of their times, those of one time in the order they were added.</summary>
/// <param name="until">Unix seconds; later steps never run.</param>
internal sealed class Timeline(long until)
{
    private readonly PriorityQueue<Action<long>, (long Time, long Order)> _steps = new();
    private long _order;

    /// <summary>Adds a step; a step may add more, not before itself.</summary>
    /// <param name="time">Unix seconds, passed to the step.</param>
    public void At(long time, Action<long> step)
    {
        if (time <= until)
        {
            _steps.Enqueue(step, (time, _order++));
        }
    }

    public void Run()
    {
        while (_steps.TryDequeue(out var step, out var at))
        {
            step(at.Time);
        }
    }
}
