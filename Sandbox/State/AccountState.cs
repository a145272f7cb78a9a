using System.Collections;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Time;
using BillingCopilot.Sandbox.Worlds.Files;

namespace BillingCopilot.Sandbox.State;

/// <summary>
/// All objects of one account, as the JSON documents the API serves, by id and by kind in creation order.
/// References between objects are stored as ids; the HTTP layer expands them. What a world's file holds is read
/// when it is asked for; changes stay in memory. Not thread-safe: the server serialises access.
/// </summary>
public sealed class AccountState
{
    private readonly Dictionary<string, (KindTable Table, int Position)> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KindTable> _tables = new(StringComparer.Ordinal);
    private readonly HashSet<KindTable> _unsettled = [];
    private readonly WorldFile? _file;

    /// <summary>An account that starts empty.</summary>
    public AccountState(string accountId) => AccountId = accountId;

    /// <summary>An account over the objects of a world's file.</summary>
    internal AccountState(WorldFile file)
        : this(file.AccountId)
    {
        _file = file;
        foreach (var kind in file.Kinds)
        {
            _tables[kind.Name] = new KindTable(kind.Name, kind);
        }

        foreach (var (card, behaviour) in file.PaymentBehaviours)
        {
            PaymentBehaviours[card] = behaviour;
        }
    }

    /// <summary>Stripe account id (<c>acct_…</c>).</summary>
    public string AccountId { get; }

    /// <summary>
    /// How a card answers the next charge, by payment method id: a decline code, or <c>ok</c>. Absent means
    /// <c>ok</c>. No object shows it, as no API shows what an issuer will say.
    /// </summary>
    public Dictionary<string, string> PaymentBehaviours { get; } = new(StringComparer.Ordinal);

    /// <summary>Every kind that has at least one object.</summary>
    public IEnumerable<string> Kinds => _tables.Keys;

    /// <summary>Adds or replaces an object; its kind is its <c>object</c> field, its key its <c>id</c>.</summary>
    public void Put(JsonObject value)
    {
        var id = (string)value["id"]!;
        if (Locate(id) is { } found)
        {
            found.Table.Replace(found.Position, value);
            _unsettled.Add(found.Table);
            return;
        }

        var kind = (string)value["object"]!;
        if (!_tables.TryGetValue(kind, out var table))
        {
            _tables[kind] = table = new KindTable(kind, null);
        }

        _byId[id] = (table, table.Add(value));
        _unsettled.Add(table);
    }

    /// <summary>The object with this id, or null. Not to be changed in place: put a copy.</summary>
    public JsonObject? Find(string id) => Locate(id) is { } found ? found.Table[found.Position] : null;

    /// <summary>Objects of a kind (the <c>object</c> value, such as <c>invoice</c>), in the order they were made.</summary>
    public IReadOnlyList<JsonObject> All(string kind) => _tables.TryGetValue(kind, out var table) ? new Everything(table) : [];

    /// <summary>Objects of a kind with a value at an indexed path (<see cref="ObjectIndexes"/>), oldest first.</summary>
    internal IReadOnlyList<JsonObject> Where(string kind, string path, string value)
    {
        if (!ObjectIndexes.Has(kind, path))
        {
            throw new ArgumentException($"{kind} has no index on {path}: add it to {nameof(ObjectIndexes)}.");
        }

        return _tables.TryGetValue(kind, out var table)
            ? [.. table.Between(Place.First, Place.Last, newestFirst: false, (path, value)).Select(place => table[place.Position])]
            : [];
    }

    /// <summary>What changed or was added since the world was generated.</summary>
    internal IEnumerable<JsonObject> Made(string kind) => _tables.TryGetValue(kind, out var table) ? table.Made : [];

    /// <summary>Net sums of the movements, minor units by currency.</summary>
    /// <param name="owner">A connected account; null for the platform.</param>
    internal BalanceSums BalanceSums(string? owner)
    {
        var sums = new BalanceSums();
        if (owner is null && _file is not null)
        {
            sums.Add(_file.Balances);
        }

        foreach (var (before, now) in Table(State.BalanceSums.Kind)?.Changes ?? [])
        {
            sums.Add(before, owner, -1);
            sums.Add(now, owner, 1);
        }

        return sums;
    }

    /// <summary>What was due when the world was generated; null where only the objects tell.</summary>
    internal IGeneratedPlan? GeneratedPlan => _file?.Plan;

    /// <summary>Lets go of the world's file.</summary>
    internal void Close() => _file?.Dispose();

    /// <summary>The rows of a kind, for lists.</summary>
    internal KindTable? Table(string kind) => _tables.GetValueOrDefault(kind);

    /// <summary>Kind and place of an object, or null.</summary>
    internal (KindTable Table, int Position)? Locate(string id)
    {
        if (_byId.TryGetValue(id, out var found))
        {
            return found;
        }

        if (_file?.Find(id) is not { } row)
        {
            return null;
        }

        return (_tables[row.Kind], row.Position);
    }

    /// <summary>Takes back the newest objects of a request that failed.</summary>
    internal void Remove(string id)
    {
        if (_byId.Remove(id, out var old))
        {
            old.Table.RemoveLast(old.Position);
        }
    }

    /// <summary>Called when a request's changes are complete: objects are not changed in place any more.</summary>
    internal void Settle()
    {
        foreach (var table in _unsettled)
        {
            table.Settle();
        }

        _unsettled.Clear();
    }

    private sealed class Everything(KindTable table) : IReadOnlyList<JsonObject>
    {
        public int Count => table.Count;

        public JsonObject this[int index] => table[index];

        public IEnumerator<JsonObject> GetEnumerator()
        {
            var count = table.Count;
            for (var i = 0; i < count; i++)
            {
                yield return table[i];
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
