namespace BillingCopilot.Agents.Turns;

/// <summary>Lets one turn of a conversation run at a time within this process; others wait. Forgets idle conversations.</summary>
internal sealed class TurnGate
{
    private readonly Dictionary<(string Tenant, string Conversation), Waiting> _open = [];
    private readonly Lock _lock = new();

    /// <summary>Waits for the conversation's turn; disposing the result lets the next one in.</summary>
    public async Task<IDisposable> EnterAsync((string Tenant, string Conversation) key, CancellationToken cancellationToken)
    {
        var waiting = Join(key);
        try
        {
            await waiting.Gate.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(key, waiting);
            throw;
        }

        return new Turn(this, key, waiting);
    }

    private Waiting Join((string Tenant, string Conversation) key)
    {
        lock (_lock)
        {
            var waiting = _open.TryGetValue(key, out var known) ? known : _open[key] = new Waiting();
            waiting.Count++;
            return waiting;
        }
    }

    private void Leave((string Tenant, string Conversation) key, Waiting waiting)
    {
        lock (_lock)
        {
            if (--waiting.Count == 0)
            {
                _open.Remove(key);
                waiting.Gate.Dispose();
            }
        }
    }

    private sealed class Waiting
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Count { get; set; }
    }

    private sealed class Turn(TurnGate gate, (string Tenant, string Conversation) key, Waiting waiting) : IDisposable
    {
        public void Dispose()
        {
            waiting.Gate.Release();
            gate.Leave(key, waiting);
        }
    }
}
