using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Http;

/// <summary>What the API shows of a stored object: a copy without members that appear only when expanded.</summary>
internal static class View
{
    private const int InlineLines = 10;

    private static readonly Dictionary<string, string[]> OnlyWhenExpanded = new(StringComparer.Ordinal)
    {
        // Stripe's meter events and adjustments have no id.
        ["billing.meter_event"] = ["id"],
        ["billing.meter_event_adjustment"] = ["id"],
        ["billing.alert_triggered"] = ["id"],
        ["charge"] = ["refunds"],
        ["coupon"] = ["applies_to"],
        ["customer"] = ["subscriptions", "sources", "tax_ids"],
        ["invoice"] = ["payments"],
        ["price"] = ["tiers", "currency_options"],
    };

    public static JsonObject Of(JsonObject stored)
    {
        // Lists are made for one answer; anything else may be stored.
        var copy = (string?)stored["object"] is "list" or "search_result" ? stored : (JsonObject)stored.DeepClone();
        Strip(copy);
        return copy;
    }

    private static void Strip(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                Strip(item);
            }
        }

        if (node is not JsonObject map)
        {
            return;
        }

        Hide(map);
        foreach (var (_, value) in map)
        {
            Strip(value);
        }
    }

    private static void Hide(JsonObject map)
    {
        // Members with a leading underscore are the sandbox's own notes.
        string[] hidden = [.. map.Select(p => p.Key).Where(k => k.StartsWith('_'))];
        var kind = map["object"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
        foreach (var name in hidden.Concat(OnlyWhenExpanded.GetValueOrDefault(kind, [])))
        {
            map.Remove(name);
        }

        if (kind is "invoice" or "credit_note" && map["lines"]?["data"] is JsonArray lines && lines.Count > InlineLines)
        {
            lines.RemoveRange(InlineLines, lines.Count - InlineLines);
            map["lines"]!["has_more"] = true;
        }
    }
}
