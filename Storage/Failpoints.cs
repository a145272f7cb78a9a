using System.Collections.Concurrent;

namespace BillingCopilot.Storage;

/// <summary>
/// Boundaries at which the crash harness stops a copilot: before and after every statement that changes a row, every
/// commit, and every write to Stripe. Only the harness makes one; without it nothing is in the way.
/// </summary>
/// <param name="reached">Hears each boundary's name when it is reached.</param>
/// <param name="stopped">Hears the name of the one that it stops at.</param>
public sealed class Failpoints(Action<string> reached, Action<string> stopped)
{
    private readonly ConcurrentDictionary<string, int> _armed = new(StringComparer.Ordinal);

    /// <summary>Who reaches the boundary for the <paramref name="nth"/> time from now, from 1, goes no further.</summary>
    public void Arm(string name, int nth) => _armed[name] = nth;

    /// <summary>Returns at once, or, at an armed boundary, never: the process is killed while it waits there.</summary>
    public async ValueTask ReachAsync(string name)
    {
        reached(name);
        if (_armed.ContainsKey(name) && _armed.AddOrUpdate(name, 0, (_, left) => left - 1) == 0)
        {
            stopped(name);
            await new TaskCompletionSource().Task;
        }
    }
}
