using System.Text.Json;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Bot.Webhooks;

/// <summary>
/// Says whether an event is already covered by a task of the same playbook about the same object. A task reads the
/// state anew when it begins, so one that has not begun covers all that happened, and one that has begun covers what
/// is older than its own event. In doubt it is not covered: a second look costs little, a missed one is a loss.
/// </summary>
public static class Twins
{
    /// <summary>A payment's event and its invoice's are made within this time.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(10);

    /// <summary>The key under which tasks of one playbook and object are found.</summary>
    public static string Key(string playbook, string objectId) => $"{playbook}/{objectId}";

    public static bool Covers(TaskRow task, EventCause news)
    {
        if (task.Status == TaskStates.Queued && task.Attempts == 0)
        {
            return true;
        }

        if (task.CauseAt is not { } then || news.At is not { } now)
        {
            return false;
        }

        var known = JsonSerializer.Deserialize<TaskInput>(task.Input)!.About;
        return known is { Attempt: { } before } && news.Attempt is { } attempt ? attempt <= before
            : known is not null && known.Points != news.Points ? (now - then).Duration() <= Together
            : now < then || (now == then && known?.Digest is { } digest && digest == news.Digest);
    }
}
