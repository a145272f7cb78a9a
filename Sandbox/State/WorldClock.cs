using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.State;

/// <summary>The world's time: wall time plus an offset, or frozen.</summary>
internal sealed class WorldClock(TimeProvider wall)
{
    private TimeSpan _offset;
    private DateTimeOffset? _frozenAt;

    public DateTimeOffset Now => _frozenAt ?? wall.GetUtcNow() + _offset;

    public bool IsFrozen => _frozenAt is not null;

    public void Set(DateTimeOffset now)
    {
        _offset = now - wall.GetUtcNow();
        _frozenAt = IsFrozen ? now : null;
    }

    /// <summary>Moves on to an instant; never back.</summary>
    public void Reach(DateTimeOffset now)
    {
        if (now > Now)
        {
            Set(now);
        }
    }

    public void Freeze(bool freeze)
    {
        var now = Now;
        _offset = now - wall.GetUtcNow();
        _frozenAt = freeze ? now : null;
    }

    public JsonObject Save() => new()
    {
        ["offset_ticks"] = _offset.Ticks,
        ["frozen_ticks"] = _frozenAt?.UtcTicks,
    };

    public void Load(JsonObject saved)
    {
        _offset = TimeSpan.FromTicks((long)saved["offset_ticks"]!);
        _frozenAt = (long?)saved["frozen_ticks"] is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
    }
}
