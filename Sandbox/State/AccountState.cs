using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.State;

/// <summary>
/// All objects of one account, as the JSON documents the API serves, by id and by kind in creation order.
/// References between objects are stored as ids; the HTTP layer expands them. Not thread-safe: the server
/// serialises access.
/// </summary>
public sealed class AccountState(string accountId)
{
    private readonly Dictionary<string, (JsonObject Value, int Index)> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<JsonObject>> _byKind = new(StringComparer.Ordinal);

    /// <summary>Stripe account id (<c>acct_…</c>).</summary>
    public string AccountId { get; } = accountId;

    /// <summary>
    /// How a card answers the next charge, by payment method id: a decline code, or <c>ok</c>. Absent means
    /// <c>ok</c>. No object shows it, as no API shows what an issuer will say.
    /// </summary>
    public Dictionary<string, string> PaymentBehaviours { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds or replaces an object; its kind is its <c>object</c> field, its key its <c>id</c>.</summary>
    public void Put(JsonObject value)
    {
        var id = (string)value["id"]!;
        var kind = (string)value["object"]!;
        if (!_byKind.TryGetValue(kind, out var list))
        {
            _byKind[kind] = list = [];
        }

        if (_byId.TryGetValue(id, out var old))
        {
            list[old.Index] = value;
            _byId[id] = (value, old.Index);
        }
        else
        {
            _byId[id] = (value, list.Count);
            list.Add(value);
        }
    }

    /// <summary>The object with this id, or null.</summary>
    public JsonObject? Find(string id) => _byId.TryGetValue(id, out var found) ? found.Value : null;

    /// <summary>Objects of a kind (the <c>object</c> value, such as <c>invoice</c>), oldest first.</summary>
    public IReadOnlyList<JsonObject> All(string kind) => _byKind.TryGetValue(kind, out var list) ? list : [];

    /// <summary>Every kind that has at least one object.</summary>
    public IEnumerable<string> Kinds => _byKind.Keys;

    /// <summary>Takes back the newest objects of a request that failed.</summary>
    internal void Remove(string id)
    {
        if (_byId.Remove(id, out var old))
        {
            _byKind[(string)old.Value["object"]!].RemoveAt(old.Index);
        }
    }
}
