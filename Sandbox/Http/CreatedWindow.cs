using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Http;

/// <summary>Ranges of time in lists: <c>created=1700000000</c> or <c>created[gte]=…</c>, in Unix seconds.</summary>
internal static class CreatedWindow
{
    /// <summary>The places just outside a range.</summary>
    public static (Place Low, Place High) Of(JsonNode? range)
    {
        var (low, high) = (Place.First, Place.Last);
        if (range is JsonValue exact && exact.TryGetValue<long>(out var at))
        {
            return (new Place(at, int.MinValue), new Place(at, int.MaxValue));
        }

        foreach (var (bound, value) in range as JsonObject ?? [])
        {
            var limit = Limit(value, "created");
            switch (bound)
            {
                case "gt" or "gte":
                    low = new Place(limit, bound == "gt" ? int.MaxValue : int.MinValue);
                    break;
                case "lt" or "lte":
                    high = new Place(limit, bound == "lt" ? int.MinValue : int.MaxValue);
                    break;
                default:
                    throw ApiError.Unknown($"created[{bound}]");
            }
        }

        return (low, high);
    }

    public static bool Holds(long instant, JsonNode? range, string param) => range switch
    {
        JsonObject map => map.All(bound => Satisfies(instant, bound.Key, Limit(bound.Value, param), param)),
        JsonValue exact when exact.TryGetValue<long>(out var at) => instant == at,
        _ => true,
    };

    private static long Limit(JsonNode? value, string param) => long.TryParse(value?.ToString(), out var limit)
        ? limit
        : throw ApiError.Invalid($"Invalid integer: {value}", param, "parameter_invalid_integer");

    private static bool Satisfies(long instant, string bound, long limit, string param) => bound switch
    {
        "gt" => instant > limit,
        "gte" => instant >= limit,
        "lt" => instant < limit,
        "lte" => instant <= limit,
        _ => throw ApiError.Unknown($"{param}[{bound}]"),
    };
}
