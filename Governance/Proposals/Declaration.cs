using System.Text.Json.Nodes;

namespace BillingCopilot.Governance.Proposals;

/// <summary>The declared fields of a preview, as stored and compared.</summary>
internal static class Declaration
{
    public static IReadOnlyDictionary<string, string> Read(string stored) =>
        JsonNode.Parse(stored)!.AsObject().ToDictionary(d => d.Key, d => (string)d.Value!, StringComparer.Ordinal);

    /// <summary>Names of the fields that differ, in order.</summary>
    public static string[] Moved(IReadOnlyDictionary<string, string> then, IReadOnlyDictionary<string, string> now) =>
        [.. then.Keys.Union(now.Keys).Where(k => then.GetValueOrDefault(k) != now.GetValueOrDefault(k)).Order(StringComparer.Ordinal)];

    /// <summary><c>status was open and is paid; …</c></summary>
    public static string Difference(IReadOnlyDictionary<string, string> then, IReadOnlyDictionary<string, string> now) =>
        string.Join("; ", Moved(then, now).Select(k => $"{k} was {then.GetValueOrDefault(k) ?? "absent"} and is {now.GetValueOrDefault(k) ?? "absent"}"));
}
