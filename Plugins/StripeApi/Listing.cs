namespace BillingCopilot.Plugins.StripeApi;

/// <summary>A list read to its end, or to the bound.</summary>
/// <param name="Complete">False when the bound was met and more exists.</param>
public sealed record Listing<T>(IReadOnlyList<T> Items, bool Complete)
{
    /// <summary>Most objects one list takes in. Beyond it the result says that it is partial.</summary>
    public const int Bound = 1000;

    internal static async Task<Listing<T>> ReadAsync(IAsyncEnumerable<T> pages, int bound, CancellationToken cancellationToken)
    {
        List<T> items = [];
        await foreach (var item in pages.WithCancellation(cancellationToken))
        {
            if (items.Count == bound)
            {
                return new Listing<T>(items, false);
            }

            items.Add(item);
        }

        return new Listing<T>(items, true);
    }
}
