using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Events;

/// <summary>Turns the changes of a request into Stripe events, stored with the request.</summary>
internal static class EventWriter
{
    public const string ApiVersion = "2026-10-28.endive";

    /// <summary>The member of a webhook endpoint that listens to connected accounts. Never shown.</summary>
    public const string Connect = "_connect";

    /// <summary>Kinds whose change announces itself when nothing else does.</summary>
    private static readonly Dictionary<string, string> OtherwiseUpdatedType = new(StringComparer.Ordinal)
    {
        ["account"] = "account.updated",
        ["charge"] = "charge.updated",
        ["dispute"] = "charge.dispute.updated",
        ["payment_method"] = "payment_method.updated",
        ["payout"] = "payout.updated",
        ["promotion_code"] = "promotion_code.updated",
        ["refund"] = "refund.updated",
        ["subscription_schedule"] = "subscription_schedule.updated",
        ["tax_rate"] = "tax_rate.updated",
        ["transfer"] = "transfer.updated",
    };

    /// <summary>Kinds whose every change announces itself.</summary>
    private static readonly Dictionary<string, string> UpdatedType = new(StringComparer.Ordinal)
    {
        ["coupon"] = "coupon.updated",
        ["credit_note"] = "credit_note.updated",
        ["customer"] = "customer.updated",
        ["invoice"] = "invoice.updated",
        ["price"] = "price.updated",
        ["product"] = "product.updated",
        ["subscription"] = "customer.subscription.updated",
    };

    /// <summary>Writes the events of a unit of work and returns them.</summary>
    public static List<JsonObject> Write(UnitOfWork unit, string? requestId, string? idempotencyKey)
    {
        AddUpdates(unit);
        var before = unit.Changes.ToDictionary(c => c.Id, c => c.Before, StringComparer.Ordinal);
        return [.. unit.Raised.ToList().Select(raised => Write(
            unit, raised, before.GetValueOrDefault(raised.ObjectId), requestId, idempotencyKey))];
    }

    public static bool Wants(JsonObject endpoint, string type) =>
        endpoint["deleted"] is null
        && (string?)endpoint["status"] == "enabled"
        && ((JsonArray)endpoint["enabled_events"]!).Any(e => (string?)e == "*" || (string?)e == type);

    private static void AddUpdates(UnitOfWork unit)
    {
        foreach (var (id, before) in unit.Changes.ToList())
        {
            var after = unit.State.Find(id)!;
            if (before is not null
                && after["deleted"] is null
                && UpdateOf((string)after["object"]!, unit.Raised.Any(r => r.ObjectId == id)) is { } type
                && !unit.Raised.Contains((type, id, null))
                && !unit.Raised.Contains(("customer.subscription.deleted", id, null))
                && !JsonNode.DeepEquals(before, after)
                && Difference(View.Of(before), View.Of(after)).Count > 0)
            {
                unit.Raise(type, id);
            }
        }
    }

    private static string? UpdateOf(string kind, bool announced) =>
        UpdatedType.TryGetValue(kind, out var always) ? always : announced ? null : OtherwiseUpdatedType.GetValueOrDefault(kind);

    private static JsonObject Write(
        UnitOfWork unit, (string Type, string ObjectId, JsonObject? Shown) raised, JsonObject? before, string? requestId, string? idempotencyKey)
    {
        var type = raised.Type;
        // A deletion announces the object as it last was.
        var current = raised.Shown ?? unit.State.Find(raised.ObjectId)!;
        var shown = View.Of(current["deleted"] is not null && before is not null ? before : current);
        var data = new JsonObject { ["object"] = shown };
        if (type.EndsWith(".updated", StringComparison.Ordinal) && before is not null)
        {
            data["previous_attributes"] = Difference(View.Of(before), shown);
        }

        // An event of a connected account goes to its own endpoints and to the platform's for Connect.
        var owner = (string?)current[UnitOfWork.Owner];
        string[] receivers = [.. unit.State.All("webhook_endpoint").Where(e => Wants(e, type) && Hears(e, owner)).Select(e => (string)e["id"]!)];
        var written = new JsonObject
        {
            ["id"] = unit.NewId("evt"),
            ["object"] = "event",
            ["api_version"] = ApiVersion,
            ["created"] = unit.Now,
            ["data"] = data,
            ["livemode"] = false,
            ["pending_webhooks"] = (long)receivers.Length,
            ["request"] = new JsonObject { ["id"] = requestId, ["idempotency_key"] = idempotencyKey },
            ["type"] = type,
            ["_waiting"] = new JsonArray([.. receivers.Select(r => (JsonNode)r)]),
        };
        if (owner is not null)
        {
            written["account"] = owner;
        }

        return unit.As(owner, () => unit.Put(written));
    }

    private static bool Hears(JsonObject endpoint, string? owner) =>
        (string?)endpoint[UnitOfWork.Owner] == owner ? endpoint[Connect] is null : owner is not null && endpoint[Connect] is not null;

    /// <summary>The old values of what changed, nested objects member by member.</summary>
    private static JsonObject Difference(JsonObject before, JsonObject after)
    {
        var difference = new JsonObject();
        foreach (var name in before.Select(p => p.Key).Union(after.Select(p => p.Key)))
        {
            if (JsonNode.DeepEquals(before[name], after[name]))
            {
                continue;
            }

            difference[name] = before[name] is JsonObject old && after[name] is JsonObject @new
                ? Difference(old, @new)
                : before[name]?.DeepClone();
        }

        return difference;
    }
}
