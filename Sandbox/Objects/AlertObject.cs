using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>billing.alert</c> and its trigger.</summary>
public static class AlertObject
{
    /// <param name="meter"><c>mtr_…</c> whose usage is watched.</param>
    /// <param name="threshold">Usage at which it triggers.</param>
    /// <param name="customers">Only these; empty for every customer.</param>
    public static JsonObject Create(string id, string title, string meter, long threshold, IReadOnlyList<string> customers) => new()
    {
        ["id"] = id,
        ["object"] = "billing.alert",
        ["alert_type"] = "usage_threshold",
        ["livemode"] = false,
        ["status"] = "active",
        ["title"] = title,
        ["usage_threshold"] = new JsonObject
        {
            ["filters"] = JsonFields.Array(customers.Select(c => new JsonObject { ["customer"] = c, ["type"] = "customer" })),
            ["gte"] = threshold,
            ["meter"] = meter,
            ["recurrence"] = "one_time",
        },
    };

    /// <summary>What the event <c>billing.alert.triggered</c> is about.</summary>
    /// <param name="created">Unix seconds.</param>
    public static JsonObject Triggered(string id, long created, JsonObject alert, string customer, decimal value) => new()
    {
        ["id"] = id,
        ["object"] = "billing.alert_triggered",
        ["alert"] = alert.DeepClone(),
        ["created"] = created,
        ["customer"] = customer,
        ["livemode"] = false,
        ["value"] = value,
    };
}
