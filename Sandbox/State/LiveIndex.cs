using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.State;

/// <summary>
/// Finds changed and added objects of a kind by their indexed fields. A request changes an object after it was put,
/// so what it touched is looked at again before every answer until <see cref="Settle"/>.
/// </summary>
internal sealed class LiveIndex(string kind)
{
    private static readonly SortedSet<Place> Nothing = [];
    private readonly Dictionary<(string Path, string Value), SortedSet<Place>> _places = [];
    private readonly Dictionary<Place, List<(string Path, string Value)>> _keys = [];
    private readonly Dictionary<Place, JsonObject> _touched = [];

    public void Touch(Place place, JsonObject value) => _touched[place] = value;

    public void Forget(Place place)
    {
        _touched.Remove(place);
        Take(place);
    }

    public void Settle()
    {
        Refresh();
        _touched.Clear();
    }

    /// <summary>Places of the objects with a value at an indexed path.</summary>
    public SortedSet<Place> Find(string path, string value)
    {
        Refresh();
        return _places.GetValueOrDefault((path, value), Nothing);
    }

    private void Refresh()
    {
        foreach (var (place, value) in _touched)
        {
            var keys = ObjectIndexes.Of(kind).SelectMany(path => ObjectIndexes.Values(value, path).Select(found => (path, found))).ToList();
            if (_keys.TryGetValue(place, out var known) && known.SequenceEqual(keys))
            {
                continue;
            }

            Take(place);
            _keys[place] = keys;
            foreach (var key in keys)
            {
                if (!_places.TryGetValue(key, out var places))
                {
                    _places[key] = places = [];
                }

                places.Add(place);
            }
        }
    }

    private void Take(Place place)
    {
        if (_keys.Remove(place, out var keys))
        {
            foreach (var key in keys)
            {
                _places[key].Remove(place);
            }
        }
    }
}
