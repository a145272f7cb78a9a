using System.Net.Sockets;
using System.Text.Json;
using BillingCopilot.Agents.Models.Providers;
using BillingCopilot.Agents.Text;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Tasks;

/// <summary>What a failure of a task says: whether another attempt may help, and the cause for people.</summary>
public static class TaskFaults
{
    private const int LongestCause = 500;

    /// <summary>
    /// False for what a repetition cannot mend: a defect, or input that does not fit. What is not known to be such is
    /// tried again; that an operation is not valid now is such only where this product says it, for a library says it
    /// also of what the network took from under it.
    /// </summary>
    public static bool IsTransient(Exception fault)
    {
        if (StorageFault.Is(fault))
        {
            return true;
        }

        for (var e = fault; e is not null; e = e.InnerException)
        {
            if (e is ModelException { Fault: ModelFault.Status } model)
            {
                return model.IsPassing;
            }

            if (e is HttpRequestException or SocketException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException)
            {
                return true;
            }
        }

        if (fault is InvalidOperationException)
        {
            return fault.Source is { } library && !library.StartsWith(nameof(BillingCopilot), StringComparison.Ordinal);
        }

        return fault is not (ArgumentException or JsonException or KeyNotFoundException
            or NotSupportedException or TaskBudgetException or NullReferenceException or InvalidCastException or FormatException or IndexOutOfRangeException);
    }

    /// <summary>The cause in one line, without what must not be stored.</summary>
    public static string Cause(Exception fault)
    {
        var text = Redaction.Clean($"{fault.GetType().Name}: {fault.Message.ReplaceLineEndings(" ")}").Text;
        return text.Length <= LongestCause ? text : text[..LongestCause] + "…";
    }
}
