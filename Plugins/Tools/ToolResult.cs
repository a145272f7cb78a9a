using BillingCopilot.Billing;

namespace BillingCopilot.Plugins.Tools;

/// <summary>Says that a list does not hold all there is, and how to get the rest.</summary>
/// <param name="Shown">Rows given.</param>
/// <param name="Total">Rows that match; null when the count itself was cut short.</param>
/// <param name="ToSeeMore">What to ask for.</param>
public sealed record Partial(int Shown, int? Total, string ToSeeMore);

/// <summary>A part of a list.</summary>
internal static class Page
{
    /// <param name="skip">Rows left out first.</param>
    /// <param name="most">Rows shown at once.</param>
    /// <returns>The rows, and how to get the others where there are any.</returns>
    public static (IReadOnlyList<T> Shown, Partial? More) Of<T>(IReadOnlyList<T> all, int skip, int most)
    {
        T[] shown = [.. all.Skip(Math.Max(skip, 0)).Take(most)];
        var next = Math.Max(skip, 0) + shown.Length;
        return (shown, shown.Length == all.Count ? null : new Partial(shown.Length, all.Count, $"Give skip {(next < all.Count ? next : 0)}."));
    }
}

/// <summary>Turns an outcome into what a tool returns.</summary>
internal static class ToolResult
{
    public static object Of<T>(Outcome<T> outcome)
        where T : class =>
        outcome.TryGet(out var value, out var refusal) ? value : new ToolFailure(refusal);

    /// <summary>A parameter that can't be used.</summary>
    public static Refusal Missing(string what) => new("missing_argument", what, "Call find_customer or list_invoices first.");
}
