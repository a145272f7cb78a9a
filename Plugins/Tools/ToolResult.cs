using BillingCopilot.Billing;

namespace BillingCopilot.Plugins.Tools;

/// <summary>Says that a list does not hold all there is, and how to get the rest.</summary>
/// <param name="Shown">Rows given.</param>
/// <param name="Total">Rows that match; null when the count itself was cut short.</param>
/// <param name="ToSeeMore">What to ask for.</param>
public sealed record Partial(int Shown, int? Total, string ToSeeMore);

/// <summary>Turns an outcome into what a tool returns.</summary>
internal static class ToolResult
{
    public static object Of<T>(Outcome<T> outcome)
        where T : class =>
        outcome.TryGet(out var value, out var refusal) ? value : new ToolFailure(refusal);

    /// <summary>A parameter that can't be used.</summary>
    public static Refusal Missing(string what) => new("missing_argument", what, "Call find_customer or list_invoices first.");
}
