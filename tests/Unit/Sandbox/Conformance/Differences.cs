using System.Text.Json.Nodes;

namespace BillingCopilot.Unit.SandboxTests.Conformance;

/// <summary>Fields that only a published fixture has, or only the sandbox's objects, as rows of a table.</summary>
internal static class Differences
{
    /// <summary>One row a kind that differs, without the reason.</summary>
    public static List<string> Rows(JsonObject published, ILookup<string, JsonObject> ours)
    {
        List<string> rows = [];
        foreach (var (kind, fixture) in published.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (fixture is not JsonObject example || !ours.Contains(kind))
            {
                continue;
            }

            var fields = ours[kind].Where(o => o["deleted"] is null).SelectMany(o => o.Select(p => p.Key)).ToHashSet();
            var theirs = example.Select(p => p.Key).ToHashSet();
            var (missing, extra) = (theirs.Except(fields).Order(StringComparer.Ordinal).ToList(), fields.Except(theirs).Order(StringComparer.Ordinal).ToList());
            if (missing.Count + extra.Count > 0)
            {
                rows.Add($"| `{kind}` | {Names(missing)} | {Names(extra)} |");
            }
        }

        return rows;
    }

    /// <summary>A row without its reason.</summary>
    public static string Fact(string row) => string.Join('|', row.Split('|')[..4]) + "|";

    public static string Reason(string row) => row.Split('|')[4].Trim();

    /// <summary>Rows with the reasons they had before.</summary>
    public static IEnumerable<string> Keep(List<string> rows, List<string> before) => rows.Select(row =>
        before.FirstOrDefault(old => old.Split('|')[1] == row.Split('|')[1]) is { } known ? $"{row} {Reason(known)} |" : $"{row} (reason) |");

    private static string Names(List<string> names) => names.Count == 0 ? "–" : string.Join(", ", names.Select(n => $"`{n}`"));
}
