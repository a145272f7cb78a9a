using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Http;

/// <summary>Newest-first lists with cursors.</summary>
internal static class Listing
{
    /// <summary>Parameters that every list accepts.</summary>
    public const string Paging = " limit:i starting_after ending_before";

    /// <summary>A page of a kind, of which no more is read than the page needs.</summary>
    /// <param name="where">What belongs in the list.</param>
    /// <param name="equal">Values at indexed paths (<see cref="ObjectIndexes"/>); the rarest leads to the objects.</param>
    public static JsonObject Page(
        Call call, string kind, Func<JsonObject, bool>? where = null, params IReadOnlyList<(string Path, string Value)> equal)
    {
        var limit = Limit(call.Args);
        var back = call.Args.Text("ending_before") is not null;
        List<JsonObject> page = call.Unit.State.Table(kind) is { } table ? [.. Found(call, table, where, equal, back).Take(limit + 1)] : [];
        var more = page.Count > limit;
        if (more)
        {
            page.RemoveAt(limit);
        }

        if (back)
        {
            page.Reverse();
        }

        return Show(call, page, more);
    }

    /// <summary>A page of a few objects (oldest first, as stored).</summary>
    public static JsonObject Page(Call call, IEnumerable<JsonObject> found) =>
        PageOf(call, [.. found.Where(o => InRange(o, call.Args)).Reverse().OrderByDescending(Place.CreatedOf)]);

    /// <summary>A page of objects already in the order of the answer.</summary>
    public static JsonObject PageOf(Call call, List<JsonObject> ordered)
    {
        var limit = Limit(call.Args);
        var (page, more) = call.Args.Text("ending_before") is { } before
            ? Before(ordered, before, limit)
            : After(ordered, call.Args.Text("starting_after"), limit);
        return Show(call, page, more);
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

    private static JsonObject Show(Call call, IEnumerable<JsonObject> page, bool more) => new()
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. page.Select(o => o.DeepClone())]),
        ["has_more"] = more,
        ["url"] = call.Path,
    };

    private static IEnumerable<JsonObject> Found(
        Call call, KindTable table, Func<JsonObject, bool>? where, IReadOnlyList<(string Path, string Value)> equal, bool back)
    {
        var (low, high) = CreatedWindow.Of(call.Args.Values["created"]);
        low = Max(low, Cursor(call, table, "ending_before") ?? Place.First);
        high = Min(high, Cursor(call, table, "starting_after") ?? Place.Last);
        (string Path, string Value)? rarest = equal.Count == 0 ? null : equal.MinBy(pair => table.CountOf(pair.Path, pair.Value));
        return table.Between(low, high, newestFirst: !back, rarest)
            .Select(place => table[place.Position])
            .Where(o => o["deleted"] is null
                && (string?)o[UnitOfWork.Owner] == call.Unit.Account
                && equal.All(pair => ObjectIndexes.Values(o, pair.Path).Contains(pair.Value))
                && InRange(o, call.Args)
                && where?.Invoke(o) != false);
    }

    private static Place? Cursor(Call call, KindTable table, string param)
    {
        if (call.Args.Text(param) is not { } id)
        {
            return null;
        }

        return call.Unit.State.Locate(id) is { } found && found.Table == table
            ? table.PlaceOf(found.Position)
            : throw ApiError.NotFound("object", id, param, 400);
    }

    private static Place Max(Place one, Place other) => one.CompareTo(other) >= 0 ? one : other;

    private static Place Min(Place one, Place other) => one.CompareTo(other) <= 0 ? one : other;

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

    private static bool InRange(JsonObject value, Args args) =>
        CreatedWindow.Holds(Place.CreatedOf(value), args.Values["created"], "created")
        && CreatedWindow.Holds((long?)value["due_date"] ?? 0, args.Values["due_date"], "due_date");
}
