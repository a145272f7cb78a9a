using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.State;

/// <summary>
/// The changes of one request to one account: written through at once, so that later steps see them, and taken
/// back by <see cref="RollBack"/>. Events are shaped by <see cref="Events.EventWriter"/> when the request commits.
/// </summary>
internal sealed class UnitOfWork(AccountState state, RunningIds ids, long now)
{
    private readonly Dictionary<string, JsonObject?> _before = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly long _idsBefore = ids.Count;

    /// <summary>The member that names the connected account an object belongs to; the platform's own have none. Never shown.</summary>
    public const string Owner = "_account";

    public AccountState State => state;

    /// <summary>The connected account that is acted for; null for the platform.</summary>
    public string? Account { get; private set; }

    public long Now => now;

    /// <summary>Ids of saved objects with the value each had before, null for a new one, in the order of first change.</summary>
    public IEnumerable<(string Id, JsonObject? Before)> Changes => _order.Select(id => (id, _before[id]));

    /// <summary>Events to write on commit: type, the id of the object, and the object where it is not a stored one.</summary>
    public List<(string Type, string ObjectId, JsonObject? Shown)> Raised { get; } = [];

    public string NewId(string prefix) => ids.Next(prefix);

    /// <summary>Random-looking characters for links and secrets.</summary>
    public string NewSecret(int length) => ids.Characters(length);

    /// <summary>The object with this id if the account may see it: its own, and every account by its id.</summary>
    public JsonObject? Find(string id) =>
        state.Find(id) is { } found && ((string?)found[Owner] == Account || (string?)found["object"] == "account") ? found : null;

    /// <summary>The account's objects of a kind that are not deleted, oldest first.</summary>
    public IEnumerable<JsonObject> All(string kind) => state.All(kind).Where(o => o["deleted"] is null && (string?)o[Owner] == Account);

    /// <summary>Does something for another account: null is the platform.</summary>
    public T As<T>(string? account, Func<T> act)
    {
        var before = Account;
        Account = account == state.AccountId ? null : account;
        try
        {
            return act();
        }
        finally
        {
            Account = before;
        }
    }

    /// <summary>Objects of a kind, not deleted, with a value at an indexed path (<see cref="ObjectIndexes"/>), oldest first.</summary>
    public IEnumerable<JsonObject> Where(string kind, string path, string value) =>
        state.Where(kind, path, value).Where(o => o["deleted"] is null && (string?)o[Owner] == Account);

    public JsonObject Put(JsonObject value)
    {
        var id = (string)value["id"]!;
        if (Account is not null && state.Find(id) is null)
        {
            value[Owner] = Account;
        }

        Remember(id);
        state.Put(value);
        return value;
    }

    /// <summary>A copy of a stored object that takes its place; change it freely.</summary>
    public JsonObject Edit(string id)
    {
        if (_before.ContainsKey(id))
        {
            return state.Find(id)!;
        }

        return Put((JsonObject)state.Find(id)!.DeepClone());
    }

    /// <summary>Leaves a tombstone in the object's place.</summary>
    public JsonObject Delete(string id)
    {
        var kind = (string)state.Find(id)!["object"]!;
        var stone = new JsonObject { ["id"] = id, ["object"] = kind, ["deleted"] = true };
        if (state.Find(id)![Owner] is { } owner)
        {
            stone[Owner] = owner.DeepClone();
        }

        return Put(stone);
    }

    public void Raise(string type, string objectId) => Raised.Add((type, objectId, null));

    /// <summary>Announces something that is not stored, such as an invoice to come.</summary>
    public void Announce(string type, JsonObject shown) => Raised.Add((type, "", shown));

    /// <summary>A unit at the same moment for working something out; to be rolled back before this one goes on.</summary>
    public UnitOfWork Scratch(long? at = null) => new(state, ids, at ?? now) { Account = Account };

    public void RollBack()
    {
        foreach (var (id, before) in Changes.Reverse())
        {
            if (before is null)
            {
                state.Remove(id);
            }
            else
            {
                state.Put(before);
            }
        }

        // What came to nothing used no ids, so that a preview or a refusal leaves no trace.
        ids.Count = _idsBefore;
        _order.Clear();
        _before.Clear();
        Raised.Clear();
        state.Settle();
    }

    private void Remember(string id)
    {
        if (_before.TryAdd(id, state.Find(id)))
        {
            _order.Add(id);
        }
    }
}
