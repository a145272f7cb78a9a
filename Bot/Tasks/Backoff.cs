using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace BillingCopilot.Bot.Tasks;

/// <summary>
/// How long a failed task waits: twice as long each time, half of it spread, so that tasks that failed together do
/// not come back together. The spread is a function of the task and the attempt.
/// </summary>
public static class Backoff
{
    /// <summary>No wait is longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <param name="attempt">The attempt that failed, from 1.</param>
    public static TimeSpan After(int attempt, string taskId)
    {
        var full = Math.Min(Longest.TotalSeconds, Math.Pow(2, Math.Clamp(attempt, 1, 30)));
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{taskId}\n{attempt}"));
        var share = BinaryPrimitives.ReadUInt32BigEndian(digest) / (double)uint.MaxValue;
        return TimeSpan.FromSeconds(full * (0.5 + (0.5 * share)));
    }
}
