using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.State;

/// <summary>Every effect that happened, once each: what "exactly once" is judged by.</summary>
internal sealed class Ledger
{
    private readonly List<JsonObject> _effects = [];
    private readonly List<JsonObject> _declined = [];

    /// <summary>Idempotent replays answered; none is an effect.</summary>
    public int Replays { get; set; }

    public int NextSequence => _effects.Count + _declined.Count + 1;

    public void Add(JsonObject entry, bool declined) => (declined ? _declined : _effects).Add(entry);

    public JsonObject Show() => new()
    {
        ["effects"] = new JsonArray([.. _effects.Select(e => e.DeepClone())]),
        ["declined"] = new JsonArray([.. _declined.Select(e => e.DeepClone())]),
        ["count"] = _effects.Count,
        ["replays"] = Replays,
    };
}
