namespace BillingCopilot.Governance.Executor;

/// <summary>Lets one caller at a time through for a key, within this process. Unused keys take no memory.</summary>
internal sealed class KeyedGate
{
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    /// <summary>Waits for the turn; disposing what it returns ends it.</summary>
    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancellationToken)
    {
        var slot = Join(key);
        try
        {
            await slot.Gate.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(key, slot);
            throw;
        }

        return new Turn(this, key, slot);
    }

    private Slot Join(string key)
    {
        lock (_slots)
        {
            if (!_slots.TryGetValue(key, out var slot))
            {
                _slots[key] = slot = new Slot();
            }

            slot.Users++;
            return slot;
        }
    }

    private void Leave(string key, Slot slot)
    {
        lock (_slots)
        {
            if (--slot.Users == 0)
            {
                _slots.Remove(key);
                slot.Gate.Dispose();
            }
        }
    }

    private sealed class Slot
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Turn(KeyedGate owner, string key, Slot slot) : IDisposable
    {
        public void Dispose()
        {
            slot.Gate.Release();
            owner.Leave(key, slot);
        }
    }
}
