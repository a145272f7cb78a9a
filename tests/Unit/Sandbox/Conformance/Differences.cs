using System.Text.Json.Nodes;

namespace BillingCopilot.Unit.SandboxTests.Conformance;

/// <summary>Fields that only a published fixture has, or only the sandbox's objects, as rows of a table.</summary>
internal static class Differences
{
    private static readonly string[] Free = ["metadata.", "data.object.", "data.previous_attributes.", "payload.", "fraud_details.", "parent.subscription_details.metadata."];

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

            var (mine, theirs) = (Fields(ours[kind].Where(o => o["deleted"] is null)), Fields([example]));
            var both = theirs.Keys.Where(mine.ContainsKey).Order(StringComparer.Ordinal).ToList();
            var missing = both.SelectMany(at => theirs[at].Except(mine[at]).Order(StringComparer.Ordinal).Select(name => at + name)).ToList();
            var extra = both.SelectMany(at => mine[at].Except(theirs[at]).Order(StringComparer.Ordinal).Select(name => at + name)).ToList();
            if (missing.Count + extra.Count > 0)
            {
                rows.Add($"| `{kind}` | {Names(missing)} | {Names(extra)} |");
            }
        }

        return rows;
    }

    /// <summary>
    /// Names of members by the path of the object they are in, such as <c>status_transitions.</c>; the whole has the
    /// empty path. Maps with names of anybody's choice, and resources within a resource, are left out.
    /// </summary>
    private static Dictionary<string, HashSet<string>> Fields(IEnumerable<JsonObject> values)
    {
        var fields = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            Add(value, "");
        }

        return fields;

        void Add(JsonNode? node, string path)
        {
            switch (node)
            {
                case JsonArray items:
                    items.ToList().ForEach(item => Add(item, path));
                    break;
                case JsonObject map when path.Length == 0 || (map["id"] is null && !Free.Contains(path)):
                    if (!fields.TryGetValue(path, out var names))
                    {
                        fields[path] = names = new HashSet<string>(StringComparer.Ordinal);
                    }

                    names.UnionWith(map.Select(member => member.Key));
                    map.ToList().ForEach(member => Add(member.Value, $"{path}{member.Key}."));
                    break;
            }
        }
    }

    /// <summary>A row without its reason.</summary>
    public static string Fact(string row) => string.Join('|', row.Split('|')[..4]) + "|";

    public static string Reason(string row) => row.Split('|')[4].Trim();

    /// <summary>Rows with the reasons they had before.</summary>
    public static IEnumerable<string> Keep(List<string> rows, List<string> before) => rows.Select(row =>
        before.FirstOrDefault(old => old.Split('|')[1] == row.Split('|')[1]) is { } known ? $"{row} {Reason(known)} |" : $"{row} (reason) |");

    private static string Names(List<string> names) => names.Count == 0 ? "–" : string.Join(", ", names.Select(n => $"`{n}`"));
}
