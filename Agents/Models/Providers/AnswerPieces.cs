using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Models.Providers;

/// <summary>
/// Lets who waits for an answer hear it while a provider writes it. The answer itself still comes whole, after
/// repetitions and stand-ins: what is heard may be begun anew.
/// </summary>
public static class AnswerPieces
{
    private static readonly AsyncLocal<Func<ChatResponseUpdate?, ValueTask>?> Listener = new();

    /// <summary>What is heard in this flow until the result is disposed; null stands for the beginning of an answer.</summary>
    public static IDisposable Hear(Func<ChatResponseUpdate?, ValueTask>? listener)
    {
        var outer = Listener.Value;
        Listener.Value = listener;
        return new Hearing(outer);
    }

    internal static ValueTask TellAsync(ChatResponseUpdate? piece) => Listener.Value?.Invoke(piece) ?? ValueTask.CompletedTask;

    private sealed class Hearing(Func<ChatResponseUpdate?, ValueTask>? outer) : IDisposable
    {
        public void Dispose() => Listener.Value = outer;
    }
}
