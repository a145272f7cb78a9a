using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.State;

/// <summary>Answers saved by account and idempotency key, for 24 hours of world time.</summary>
internal sealed class IdempotencyStore
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);
    private readonly Dictionary<string, JsonObject> _saved = new(StringComparer.Ordinal);
    private readonly Queue<(string Name, JsonObject Record)> _order = new();
    private readonly HashSet<string> _running = new(StringComparer.Ordinal);

    public JsonObject? Find(string account, string key, DateTimeOffset now)
    {
        var name = Name(account, key);
        if (!_saved.TryGetValue(name, out var record))
        {
            return null;
        }

        if ((long)record["at"]! + (long)Kept.TotalSeconds > now.ToUnixTimeSeconds())
        {
            return record;
        }

        _saved.Remove(name);
        return null;
    }

    public void Save(JsonObject record)
    {
        var name = Name((string)record["account"]!, (string)record["key"]!);
        _saved[name] = record;
        _order.Enqueue((name, record));
        Prune((long)record["at"]!);
    }

    /// <summary>False when a request with this key is still being answered.</summary>
    public bool Begin(string account, string key) => _running.Add(Name(account, key));

    public bool IsRunning(string account, string key) => _running.Contains(Name(account, key));

    public void End(string account, string key) => _running.Remove(Name(account, key));

    private void Prune(long now)
    {
        while (_order.TryPeek(out var oldest) && (long)oldest.Record["at"]! + (long)Kept.TotalSeconds <= now)
        {
            _order.Dequeue();
            if (_saved.GetValueOrDefault(oldest.Name) == oldest.Record)
            {
                _saved.Remove(oldest.Name);
            }
        }
    }

    private static string Name(string account, string key) => $"{account}\n{key}";
}
