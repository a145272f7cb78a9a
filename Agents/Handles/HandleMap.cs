using System.Text.RegularExpressions;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Agents.Handles;

/// <summary>
/// The short names of one conversation's objects: <c>inv3</c> for an invoice, <c>mail1</c> for an address.
/// A model names an object only by a handle, so only by what a tool handed out here or a person typed.
/// </summary>
public sealed partial class HandleMap
{
    /// <summary>Kind of the tokens that stand for mail addresses.</summary>
    public const string MailKind = "mail";

    private readonly Dictionary<string, HandleEntry> _byHandle = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, HandleEntry> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _last = new(StringComparer.Ordinal);
    private readonly List<HandleEntry> _added = [];
    private readonly Lock _gate = new();

    public HandleMap(IEnumerable<HandleEntry>? known = null)
    {
        foreach (var entry in known ?? [])
        {
            Remember(entry);
        }
    }

    /// <summary>The handle of an object, new or known.</summary>
    public string HandleFor(ObjectRef reference) => Issue(KindName(reference.Kind), ObjectRef.PrefixOf(reference.Kind), reference.Id);

    /// <summary>The token of a mail address, new or known.</summary>
    public string TokenForMail(string address) => Issue(MailKind, MailKind, address.ToLowerInvariant());

    /// <summary>The object behind a handle, when it is one of this conversation and of the right kind.</summary>
    public Outcome<ObjectRef> Resolve(string? handle, ObjectKind kind)
    {
        lock (_gate)
        {
            var text = (handle ?? "").Trim().Trim('«', '»', '"', '\'', '#');
            if (!_byHandle.TryGetValue(text, out var entry))
            {
                // What was sent is not repeated: it may be a raw id or words meant to be read as a tool's.
                return new Refusal("unknown_handle", "That is no handle of this conversation.", Advice(kind));
            }

            return entry.Kind == KindName(kind)
                ? new ObjectRef(kind, entry.ObjectId)
                : new Refusal("wrong_kind", $"'{entry.Handle}' is a {Words(entry.Kind)}, and a {Words(KindName(kind))} is needed.", Advice(kind));
        }
    }

    /// <summary>What a handle or mail token stands for, or null.</summary>
    public HandleEntry? Find(string handle)
    {
        lock (_gate)
        {
            return _byHandle.GetValueOrDefault(handle);
        }
    }

    /// <summary>Every handle, in the order they were issued for their kind.</summary>
    public IReadOnlyList<string> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _byHandle.Keys.OrderBy(h => h.Length).ThenBy(h => h, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The handle or token that an id or address already has, or null. Issues none.</summary>
    public string? Known(string idOrAddress)
    {
        lock (_gate)
        {
            return _byId.GetValueOrDefault(idOrAddress)?.Handle;
        }
    }

    /// <summary>Ids of every object of a kind that has a handle here.</summary>
    public IReadOnlyList<string> IdsOf(ObjectKind kind)
    {
        lock (_gate)
        {
            return [.. _byHandle.Values.Where(e => e.Kind == KindName(kind)).Select(e => e.ObjectId).Distinct()];
        }
    }

    /// <summary>The text with mail tokens put back to addresses: for a search that code runs.</summary>
    public string WithAddresses(string text) => MailToken().Replace(text, m => Find(m.Value) is { Kind: MailKind } mail ? mail.ObjectId : m.Value);

    /// <summary>True when handles were issued that are not stored.</summary>
    public bool HasAdded
    {
        get
        {
            lock (_gate)
            {
                return _added.Count > 0;
            }
        }
    }

    /// <summary>Handles issued since the last call, to be stored.</summary>
    public IReadOnlyList<HandleEntry> TakeAdded()
    {
        lock (_gate)
        {
            HandleEntry[] added = [.. _added];
            _added.Clear();
            return added;
        }
    }

    /// <summary>Puts back what <see cref="TakeAdded"/> gave and could not be stored.</summary>
    public void PutBack(IReadOnlyList<HandleEntry> added)
    {
        lock (_gate)
        {
            _added.InsertRange(0, added);
        }
    }

    internal static string KindName(ObjectKind kind) => SnakeCase().Replace(kind.ToString(), "_$0").TrimStart('_').ToLowerInvariant();

    private string Issue(string kind, string prefix, string id)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(id, out var known))
            {
                return known.Handle;
            }

            var entry = new HandleEntry($"{prefix}{_last.GetValueOrDefault(prefix) + 1}", kind, id);
            Remember(entry);
            _added.Add(entry);
            return entry.Handle;
        }
    }

    private void Remember(HandleEntry entry)
    {
        _byHandle[entry.Handle] = entry;
        _byId[entry.ObjectId] = entry;
        var prefix = entry.Handle.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        _last[prefix] = Math.Max(_last.GetValueOrDefault(prefix), int.Parse(entry.Handle[prefix.Length..]));
    }

    private string Advice(ObjectKind kind)
    {
        var have = _byHandle.Values.Where(e => e.Kind == KindName(kind)).Select(e => e.Handle).TakeLast(8).ToArray();
        var known = have.Length == 0 ? "None was handed out yet." : $"Known here: {string.Join(", ", have)}.";
        var next = kind == ObjectKind.Customer ? "Call find_customer with the name." : "Call a tool that lists it and use the handle it returns, or ask the person which one is meant.";
        return $"{known} {next}";
    }

    private static string Words(string kind) => kind.Replace('_', ' ');

    [GeneratedRegex("(?<!^)[A-Z]|^[A-Z]")]
    private static partial Regex SnakeCase();

    [GeneratedRegex(@"\bmail[0-9]+\b", RegexOptions.IgnoreCase)]
    private static partial Regex MailToken();
}

/// <summary>One handle.</summary>
/// <param name="Handle"><c>inv3</c>.</param>
/// <param name="Kind">snake_case of the object kind, or <c>mail</c>.</param>
/// <param name="ObjectId">Real id, or the address.</param>
public sealed record HandleEntry(string Handle, string Kind, string ObjectId);
