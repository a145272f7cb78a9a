using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>billing.meter_event</c> and what belongs to it.</summary>
public static class MeterEventObject
{
    /// <param name="id">The sandbox's own key; the API shows none.</param>
    /// <param name="created">Unix seconds when it was reported.</param>
    /// <param name="timestamp">Unix seconds when it happened.</param>
    /// <param name="payload">Customer and value, as texts.</param>
    public static JsonObject Create(
        string id, long created, string eventName, string identifier, IReadOnlyDictionary<string, string> payload, long timestamp) => new()
        {
            ["id"] = id,
            ["object"] = "billing.meter_event",
            ["created"] = created,
            ["event_name"] = eventName,
            ["identifier"] = identifier,
            ["livemode"] = false,
            ["payload"] = JsonFields.Metadata(payload),
            ["timestamp"] = timestamp,
        };

    /// <summary>The withdrawal of an event.</summary>
    public static JsonObject Adjustment(string id, string eventName, string identifier, bool complete = true) => new()
    {
        ["id"] = id,
        ["object"] = "billing.meter_event_adjustment",
        ["cancel"] = new JsonObject { ["identifier"] = identifier },
        ["event_name"] = eventName,
        ["livemode"] = false,
        ["status"] = complete ? "complete" : "pending",
        ["type"] = "cancel",
    };

    /// <summary>What a meter counted of one customer from <paramref name="start"/> to <paramref name="end"/>, Unix seconds.</summary>
    public static JsonObject Summary(string id, string meter, decimal value, long start, long end) => new()
    {
        ["id"] = id,
        ["object"] = "billing.meter_event_summary",
        ["aggregated_value"] = value,
        ["end_time"] = end,
        ["livemode"] = false,
        ["meter"] = meter,
        ["start_time"] = start,
    };
}
