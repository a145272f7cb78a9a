using System.Diagnostics;
using System.Globalization;

namespace BillingCopilot.Storage;

/// <summary>
/// Boundaries at which the crash harness kills this process: before and after every statement that changes a row,
/// every commit, and every write to Stripe. Off, and nowhere in the way, unless the environment names one.
/// </summary>
public static class Failpoints
{
    /// <summary><c>NAME#N</c>: the process kills itself when it reaches the boundary for the Nth time.</summary>
    public const string Variable = "BILLINGCOPILOT_FAILPOINT";

    /// <summary>File to which each boundary is written when it is reached, for finding out which there are.</summary>
    public const string LogVariable = "BILLINGCOPILOT_FAILPOINT_LOG";

    private static readonly (string Name, int Nth)? Armed = Read(Environment.GetEnvironmentVariable(Variable));
    private static readonly string? Log = Environment.GetEnvironmentVariable(LogVariable);
    private static readonly Lock Gate = new();
    private static int _times;

    public static bool On => Armed is not null || Log is not null;

    /// <summary>Kills the process, as SIGKILL does, when this is the boundary to die at.</summary>
    public static void Reach(string name)
    {
        if (Log is not null)
        {
            lock (Gate)
            {
                File.AppendAllText(Log, name + "\n");
            }
        }

        if (Armed is { } armed && armed.Name == name && Interlocked.Increment(ref _times) == armed.Nth)
        {
            Process.GetCurrentProcess().Kill();
            using var never = new ManualResetEventSlim(false);
            never.Wait();
        }
    }

    private static (string, int)? Read(string? value) =>
        value?.Split('#') is [var name, var times] && int.TryParse(times, NumberStyles.None, CultureInfo.InvariantCulture, out var nth) ? (name, nth) : null;
}
