using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Http;

/// <summary>Newest-first lists with cursors.</summary>
internal static class Listing
{
    /// <summary>Parameters that every list accepts.</summary>
    public const string Paging = " limit:i starting_after ending_before";

    /// <summary>A page of <paramref name="found"/> (oldest first, as stored).</summary>
    public static JsonObject Page(Call call, IEnumerable<JsonObject> found) =>
        PageOf(call, [.. found.Where(o => InRange(o, call.Args)).Reverse().OrderByDescending(o => Created(o))]);

    /// <summary>A page of objects already in the order of the answer.</summary>
    public static JsonObject PageOf(Call call, List<JsonObject> ordered)
    {
        var limit = Limit(call.Args);
        var (page, more) = call.Args.Text("ending_before") is { } before
            ? Before(ordered, before, limit)
            : After(ordered, call.Args.Text("starting_after"), limit);
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. page.Select(o => o.DeepClone())]),
            ["has_more"] = more,
            ["url"] = call.Path,
        };
    }

    public static int Limit(Args args)
    {
        var limit = args.Int("limit") ?? 10;
        return limit switch
        {
            < 1 => throw ApiError.Invalid("This value must be greater than or equal to 1.", "limit", "parameter_invalid_integer"),
            > 100 => throw ApiError.Invalid("This value must be less than or equal to 100.", "limit", "parameter_invalid_integer"),
            _ => (int)limit,
        };
    }

    private static (IEnumerable<JsonObject> Page, bool More) After(List<JsonObject> all, string? cursor, int limit)
    {
        var start = cursor is null ? 0 : IndexOf(all, cursor, "starting_after") + 1;
        return (all.Skip(start).Take(limit), all.Count > start + limit);
    }

    private static (IEnumerable<JsonObject> Page, bool More) Before(List<JsonObject> all, string cursor, int limit)
    {
        var end = IndexOf(all, cursor, "ending_before");
        var start = Math.Max(0, end - limit);
        return (all.Skip(start).Take(end - start), start > 0);
    }

    private static int IndexOf(List<JsonObject> all, string cursor, string param)
    {
        var index = all.FindIndex(o => (string?)o["id"] == cursor);
        return index >= 0 ? index : throw ApiError.NotFound("object", cursor, param, 400);
    }

    private static long Created(JsonObject value) => (long?)value["created"] ?? (long?)value["date"] ?? 0;

    /// <summary>Whether an instant lies in the range of a parameter; an absent parameter holds everything.</summary>
    public static bool Within(long instant, Args args, string param) => Within(instant, args.Values[param], param);

    private static bool InRange(JsonObject value, Args args) =>
        Within(Created(value), args, "created") && Within((long?)value["due_date"] ?? 0, args, "due_date");

    private static bool Within(long instant, JsonNode? range, string param) => range switch
    {
        JsonObject map => map.All(bound => Satisfies(instant, bound.Key, param, long.TryParse(bound.Value!.ToString(), out var limit)
            ? limit
            : throw ApiError.Invalid($"Invalid integer: {bound.Value}", $"{param}[{bound.Key}]", "parameter_invalid_integer"))),
        JsonValue exact when exact.TryGetValue<long>(out var at) => instant == at,
        _ => true,
    };

    private static bool Satisfies(long instant, string bound, string param, long limit) => bound switch
    {
        "gt" => instant > limit,
        "gte" => instant >= limit,
        "lt" => instant < limit,
        "lte" => instant <= limit,
        _ => throw ApiError.Unknown($"{param}[{bound}]"),
    };
}
