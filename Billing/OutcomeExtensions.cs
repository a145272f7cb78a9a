using System.Diagnostics.CodeAnalysis;

namespace BillingCopilot.Billing;

/// <summary>Ways to go on from an <see cref="Outcome{T}"/> without a switch at every step.</summary>
public static class OutcomeExtensions
{
    /// <summary>True with the value, or false with the refusal.</summary>
    public static bool TryGet<T>(this Outcome<T> outcome, [MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out Refusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        value = outcome is Outcome<T>.Ok ok ? ok.Value : default;
        refusal = (outcome as Outcome<T>.Refused)?.Refusal;
        return refusal is null;
    }

    /// <summary>The same outcome with its value changed; a refusal passes through.</summary>
    public static Outcome<TNext> Map<T, TNext>(this Outcome<T> outcome, Func<T, TNext> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return outcome.TryGet(out var value, out var refusal) ? next(value) : refusal;
    }
}
