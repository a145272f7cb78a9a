using System.Text.Json;

namespace BillingCopilot.Billing.Disputes;

/// <summary>
/// The card networks' own reason codes in plain words: <c>network-codes.json</c> beside this file. They are finer than
/// Stripe's categories. https://docs.stripe.com/disputes/categories#network-code-map
/// </summary>
public static class NetworkCodes
{
    private static readonly Dictionary<string, Dictionary<string, string>> Words = Read();

    public static IEnumerable<string> Networks => Words.Keys;

    /// <param name="network">As Stripe names it: <c>visa</c>, <c>mastercard</c>, <c>amex</c>, <c>discover</c>.</param>
    /// <returns>What the code stands for; null for one that is not known.</returns>
    public static string? Find(string? network, string? code) =>
        network is not null && code is not null && Words.GetValueOrDefault(network.ToLowerInvariant()) is { } codes ? codes.GetValueOrDefault(code.Trim().ToUpperInvariant()) : null;

    /// <summary>The code with its words, or saying that they are not known; null where there is no code.</summary>
    public static string? Say(string? network, string? code) =>
        string.IsNullOrWhiteSpace(code) ? null : $"{code.Trim()}: {Find(network, code) ?? "its words are not known here; the network's own list has them"}";

    private static Dictionary<string, Dictionary<string, string>> Read()
    {
        using var data = typeof(NetworkCodes).Assembly.GetManifestResourceStream("BillingCopilot.Billing.Disputes.network-codes.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(data)!;
    }
}
