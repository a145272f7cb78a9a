using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Worlds.Files;

namespace BillingCopilot.Sandbox.State;

/// <summary>
/// All objects of one kind: those of the world's file as they were generated, over them what changed since, and
/// after them what was added since. Positions count the file's rows first.
/// </summary>
internal sealed class KindTable(string kind, WorldFileKind? file)
{
    private readonly List<JsonObject> _added = [];
    private readonly List<long> _addedAt = [];
    private readonly Dictionary<int, JsonObject> _changed = [];
    private readonly SortedSet<Place> _addedPlaces = [];
    private readonly LiveIndex _index = new(kind);

    private int FileCount => file?.Count ?? 0;

    public int Count => FileCount + _added.Count;

    /// <summary>An object by its position; a fresh copy when it is as generated.</summary>
    public JsonObject this[int position] =>
        position >= FileCount ? _added[position - FileCount]
        : _changed.TryGetValue(position, out var changed) ? changed
        : file!.Read(position);

    public Place PlaceOf(int position) =>
        new(position >= FileCount ? _addedAt[position - FileCount] : file!.Created(position), position);

    /// <summary>What changed or was added since the world was generated.</summary>
    public IEnumerable<JsonObject> Made => _changed.OrderBy(entry => entry.Key).Select(entry => entry.Value).Concat(_added);

    public int Add(JsonObject value)
    {
        _added.Add(value);
        _addedAt.Add(Place.CreatedOf(value));
        var place = PlaceOf(Count - 1);
        _addedPlaces.Add(place);
        _index.Touch(place, value);
        return place.Position;
    }

    public void Replace(int position, JsonObject value)
    {
        if (position < FileCount)
        {
            _changed[position] = value;
        }
        else
        {
            _added[position - FileCount] = value;
        }

        _index.Touch(PlaceOf(position), value);
    }

    /// <summary>Takes back the newest object.</summary>
    public void RemoveLast(int position)
    {
        var place = PlaceOf(position);
        _index.Forget(place);
        _addedPlaces.Remove(place);
        _added.RemoveAt(position - FileCount);
        _addedAt.RemoveAt(position - FileCount);
    }

    /// <summary>No request is changing objects any more.</summary>
    public void Settle() => _index.Settle();

    public int CountOf(string path, string value) => (file?.Where(path, value).Count ?? 0) + _index.Find(path, value).Count;

    /// <summary>Places between two others (neither included), of all objects or of those with a value at an indexed path.</summary>
    public IEnumerable<Place> Between(Place low, Place high, bool newestFirst, (string Path, string Value)? equal = null)
    {
        if (low.CompareTo(high) >= 0)
        {
            return [];
        }

        var rows = file is null ? default : equal is { } wanted ? file.Where(wanted.Path, wanted.Value) : file.All;
        var live = equal is { } value ? _index.Find(value.Path, value.Value) : _addedPlaces;
        return Merge(FileRows(rows, low, high, newestFirst, skipChanged: equal is not null), Part(live, low, high, newestFirst), newestFirst);
    }

    private IEnumerable<Place> FileRows(FileRows rows, Place low, Place high, bool newestFirst, bool skipChanged)
    {
        var (from, to) = (Bound(rows, low, after: true), Bound(rows, high, after: false));
        for (var i = 0; i < to - from; i++)
        {
            var position = rows[newestFirst ? to - 1 - i : from + i];
            if (!skipChanged || !_changed.ContainsKey(position))
            {
                yield return PlaceOf(position);
            }
        }
    }

    /// <summary>How many rows come before a place, itself counted when <paramref name="after"/>.</summary>
    private int Bound(FileRows rows, Place place, bool after)
    {
        var (low, high) = (0, rows.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var order = PlaceOf(rows[middle]).CompareTo(place);
            (low, high) = order < 0 || (after && order == 0) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static IEnumerable<Place> Part(SortedSet<Place> places, Place low, Place high, bool newestFirst)
    {
        var part = places.GetViewBetween(low, high);
        return (newestFirst ? part.Reverse() : part).Where(place => place != low && place != high);
    }

    private static IEnumerable<Place> Merge(IEnumerable<Place> first, IEnumerable<Place> second, bool newestFirst)
    {
        using var left = first.GetEnumerator();
        using var right = second.GetEnumerator();
        var (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
        while (hasLeft || hasRight)
        {
            if (!hasRight || (hasLeft && left.Current.CompareTo(right.Current) < 0 != newestFirst))
            {
                yield return left.Current;
                hasLeft = left.MoveNext();
            }
            else
            {
                yield return right.Current;
                hasRight = right.MoveNext();
            }
        }
    }
}
