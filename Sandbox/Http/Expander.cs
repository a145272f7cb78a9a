using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Http;

/// <summary>Replaces ids by their objects along the requested paths.</summary>
internal sealed class Expander(AccountState state)
{
    private const int MaxDepth = 4;

    public void Expand(JsonObject root, IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            var segments = path.Split('.');
            if (segments.Length > MaxDepth)
            {
                throw ApiError.Invalid($"You cannot expand more than {MaxDepth} levels of a property. Property: {path}", "expand");
            }

            Walk(root, segments, path);
        }
    }

    private void Walk(JsonNode? node, ReadOnlySpan<string> path, string whole)
    {
        if (path.IsEmpty)
        {
            return;
        }

        switch (node)
        {
            case JsonArray items:
                foreach (var item in items)
                {
                    Walk(item, path, whole);
                }

                break;
            case JsonObject map:
                Step(map, path[0], whole);
                Walk(map[path[0]], path[1..], whole);
                break;
        }
    }

    private void Step(JsonObject map, string member, string whole)
    {
        if (!map.ContainsKey(member))
        {
            map[member] = Computed(map, member)
                ?? throw ApiError.Invalid($"This property cannot be expanded ({whole}).", "expand");
        }

        switch (map[member])
        {
            case JsonValue value when value.TryGetValue<string>(out var id) && state.Find(id) is { } found:
                map[member] = View.Of(found);
                break;
            case JsonArray ids:
                for (var i = 0; i < ids.Count; i++)
                {
                    if (ids[i] is JsonValue entry && entry.TryGetValue<string>(out var inner) && state.Find(inner) is { } listed)
                    {
                        ids[i] = View.Of(listed);
                    }
                }

                break;
        }
    }

    private JsonNode? Computed(JsonObject map, string member)
    {
        var id = (string?)map["id"] ?? "";
        return ((string?)map["object"], member) switch
        {
            ("invoice", "payments") => Related("invoice_payment", "invoice", id, "/v1/invoice_payments"),
            ("charge", "refunds") => Related("refund", "charge", id, $"/v1/charges/{id}/refunds"),
            ("customer", "subscriptions") => Related("subscription", "customer", id, $"/v1/customers/{id}/subscriptions"),
            ("customer", "sources") => Listing([], $"/v1/customers/{id}/sources"),
            ("customer", "tax_ids") => Related("tax_id", "customer", id, $"/v1/customers/{id}/tax_ids"),
            ("price", "tiers" or "currency_options") => state.Find(id)?[member]?.DeepClone() ?? new JsonArray(),
            ("coupon", "applies_to") => state.Find(id)?[member]?.DeepClone() ?? new JsonObject { ["products"] = new JsonArray() },
            _ => null,
        };
    }

    private JsonObject Related(string kind, string by, string id, string url) =>
        Listing(state.Where(kind, by, id).Where(o => o["deleted"] is null).Reverse(), url);

    private static JsonObject Listing(IEnumerable<JsonObject> found, string url) => new()
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. found.Select(View.Of)]),
        ["has_more"] = false,
        ["url"] = url,
    };
}
