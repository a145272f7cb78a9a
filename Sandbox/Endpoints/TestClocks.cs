using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>The objects behind <see cref="TestClockEndpoints"/>, and whose time a request runs in.</summary>
internal static class TestClocks
{
    public const string Kind = "test_helpers.test_clock";

    private const long Day = 86_400;

    /// <summary>Parameters and parts of a path that may name an object with a clock.</summary>
    private static readonly string[] Names = ["test_clock", "customer", "subscription", "invoice", "subscription_schedule", "from_subscription"];

    public static JsonObject Create(string id, long created, long frozen, string? name) => new()
    {
        ["id"] = id,
        ["object"] = Kind,
        ["created"] = created,
        ["deletes_after"] = created + (30 * Day),
        ["frozen_time"] = frozen,
        ["livemode"] = false,
        ["name"] = name,
        ["status"] = "ready",
        ["status_details"] = new JsonObject(),
    };

    /// <summary>Unix seconds of the clock that a request's objects live by; null for the world's.</summary>
    public static long? Now(AccountState account, IReadOnlyDictionary<string, string> route, JsonObject args)
    {
        var named = route.Values.Concat(Names.Select(n => args[n] is JsonValue v && v.TryGetValue<string>(out var id) ? id : "")).Where(id => id.Length > 0);
        foreach (var found in named.Select(account.Find).OfType<JsonObject>())
        {
            var owner = found["test_clock"] is null && found["customer"] is JsonValue customer ? account.Find((string)customer!) : found;
            if (found.Text("object") == Kind && found["deleted"] is null)
            {
                return found.Whole("frozen_time");
            }

            if (owner?.Text("test_clock") is { } id && account.Find(id) is { } clock && clock["deleted"] is null)
            {
                return clock.Whole("frozen_time");
            }
        }

        return null;
    }

    /// <summary>Customers of a clock. They are never part of a generated world.</summary>
    public static IEnumerable<JsonObject> Customers(UnitOfWork unit, string clock) =>
        unit.State.Made("customer").Where(c => c["deleted"] is null && c.Text("test_clock") == clock);

    /// <summary>Unix seconds beyond which Stripe does not let a clock go in one step.</summary>
    public static long Furthest(UnitOfWork unit, JsonObject clock)
    {
        var from = clock.Whole("frozen_time");
        var prices = Customers(unit, clock.Id())
            .SelectMany(c => unit.Where("subscription", "customer", c.Id()))
            .Where(s => s.Text("status") is not ("canceled" or "incomplete_expired"))
            .SelectMany(s => s.Rows("items"))
            .Select(i => i["price"]!.AsObject())
            .ToList();
        return prices.Count == 0
            ? DateTimeOffset.FromUnixTimeSeconds(from).AddYears(2).ToUnixTimeSeconds()
            : prices.Min(p => Cycle.End(p, Cycle.End(p, from, from), from));
    }
}
