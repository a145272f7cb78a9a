using System.Collections.Frozen;

namespace BillingCopilot.Sandbox.Http;

/// <summary>
/// Parameters that Stripe's client can send, by route: those a route does not take are refused as the sandbox's
/// limit, not as the caller's mistake. The list is <c>known-parameters.txt</c>, kept true by a test.
/// </summary>
internal static class KnownParameters
{
    private static readonly Lazy<FrozenDictionary<string, FrozenSet<string>>> Routes = new(Read);

    /// <param name="param">As in an error, such as <c>items[0][plan]</c>.</param>
    public static bool Has(Operation route, string param) =>
        Routes.Value.TryGetValue($"{route.Method} {route.Template}", out var known) && known.Contains(Path(param));

    /// <summary>The refusal of a parameter that Stripe takes and the sandbox does not.</summary>
    public static ApiError Refusal(Operation route, string param) => new(
        400,
        $"The sandbox does not support the parameter `{param}` of {route.Method} {route.Template}, though Stripe does. Leave it out; Sandbox/README.md lists what is covered.",
        "parameter_unsupported", param);

    /// <summary><c>items[0][plan]</c> as <c>items.plan</c>.</summary>
    private static string Path(string param) => string.Join('.', param
        .Split('[', ']')
        .Where(part => part.Length > 0 && !part.All(char.IsAsciiDigit)));

    private static FrozenDictionary<string, FrozenSet<string>> Read()
    {
        using var stream = typeof(KnownParameters).Assembly.GetManifestResourceStream("known-parameters.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(": ", 2))
            .ToFrozenDictionary(line => line[0], line => line[1].Split(' ').ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);
    }
}
