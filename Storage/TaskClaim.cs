namespace BillingCopilot.Storage;

/// <summary>Who takes tasks, and how many.</summary>
/// <param name="Owner">Name of the process.</param>
/// <param name="Most">Most tasks to take.</param>
/// <param name="Lease">How long they are held unless it is renewed.</param>
/// <param name="Farthest">No due time is ever written further ahead; one that is comes from a clock that was set back.</param>
public sealed record TaskClaim(string Owner, int Most, TimeSpan Lease, TimeSpan Farthest)
{
    /// <summary>Queued tasks that are looked at for those to take: several may be of one lane.</summary>
    public int Looked => 4 * Most;
}

/// <summary>What tells an event from all others of a tenant.</summary>
public sealed record EventKey(string Account, string EventId);

/// <summary>A task that was done.</summary>
/// <param name="Attempt">The attempt that did it: who held a later one knows nothing of this end.</param>
/// <param name="Answer">Null when there was nothing to do.</param>
public sealed record TaskEnd(string Id, int Attempt, string? Answer);

/// <summary>Another process has taken the task over: what this one still has of it is not stored.</summary>
public sealed class HoldLostException(string taskId) : Exception($"Task {taskId} was taken over by another process.");
