using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Time;

/// <summary>What happened while time passed.</summary>
internal sealed class Passed(DateTimeOffset from)
{
    private readonly SortedDictionary<string, long> _done = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _events = new(StringComparer.Ordinal);

    /// <summary>Steps done so far.</summary>
    public long Steps { get; private set; }

    public void Count(string work, IEnumerable<JsonObject> events)
    {
        Steps++;
        _done[work] = _done.GetValueOrDefault(work) + 1;
        foreach (var type in events.Select(e => (string)e["type"]!))
        {
            _events[type] = _events.GetValueOrDefault(type) + 1;
        }
    }

    public JsonObject Show(DateTimeOffset to) => new()
    {
        ["from"] = from.ToUnixTimeSeconds(),
        ["to"] = to.ToUnixTimeSeconds(),
        ["steps"] = Steps,
        ["done"] = Map(_done),
        ["events"] = Map(_events),
    };

    private static JsonObject Map(IEnumerable<KeyValuePair<string, long>> counts) =>
        new(counts.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value)));
}
