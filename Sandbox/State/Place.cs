using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.State;

/// <summary>Where an object stands in its kind's lists: by creation (Unix seconds), then by the order of its making.</summary>
internal readonly record struct Place(long Created, int Position) : IComparable<Place>
{
    public static Place First { get; } = new(long.MinValue, int.MinValue);

    public static Place Last { get; } = new(long.MaxValue, int.MaxValue);

    public int CompareTo(Place other) =>
        Created == other.Created ? Position.CompareTo(other.Position) : Created.CompareTo(other.Created);

    /// <summary>When an object came to be; some kinds call it <c>date</c> or <c>start</c>.</summary>
    public static long CreatedOf(JsonObject value)
    {
        foreach (var name in (ReadOnlySpan<string>)["created", "date", "start"])
        {
            if (value[name] is JsonValue at && at.TryGetValue<long>(out var time))
            {
                return time;
            }
        }

        return 0;
    }
}
