using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Models.Providers;

/// <summary>One request to one model, as it ended.</summary>
/// <param name="Model">Provider and name: <c>openai:gpt-…</c>, <c>rules</c>.</param>
/// <param name="Response">What it answered, also where the answer could not be used; null where none came.</param>
/// <param name="Fault">Why it does not count, as <see cref="ModelFault"/> says it, or <see cref="Canceled"/>; null where it answered.</param>
public sealed record ModelAttempt(string Model, ChatResponse? Response, string? Fault)
{
    /// <summary>Nobody waited for the answer any more. The provider may have written it.</summary>
    public const string Canceled = "canceled";

    /// <summary>It was left alone: nothing was sent.</summary>
    public const string NotAsked = nameof(ModelFault.Open);

    /// <param name="token">The caller's.</param>
    public static ModelAttempt Failed(string model, Exception fault, CancellationToken token) =>
        new(model, null, token.IsCancellationRequested ? Canceled : (fault as ModelException ?? Faults.Of(model, fault)).Fault.ToString());
}

/// <summary>
/// Tells whoever asked for an answer of each request that it took: repetitions, and models that stood in, which the
/// answer itself does not show.
/// </summary>
public static class ModelAttempts
{
    private static readonly AsyncLocal<Action<ModelAttempt>?> Listener = new();

    /// <summary>What is heard in this flow until the result is disposed.</summary>
    public static IDisposable Hear(Action<ModelAttempt> listener)
    {
        var outer = Listener.Value;
        Listener.Value = listener;
        return new Hearing(outer);
    }

    internal static void Tell(ModelAttempt attempt) => Listener.Value?.Invoke(attempt);

    private sealed class Hearing(Action<ModelAttempt>? outer) : IDisposable
    {
        public void Dispose() => Listener.Value = outer;
    }
}
