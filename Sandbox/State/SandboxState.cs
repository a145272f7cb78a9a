using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Time;
using BillingCopilot.Sandbox.Worlds;

namespace BillingCopilot.Sandbox.State;

/// <summary>Everything a sandbox remembers. All access happens under <see cref="Gate"/>.</summary>
internal sealed class SandboxState(World world, TimeProvider wall)
{
    public Lock Gate { get; } = new();

    public World World { get; } = world;

    public AccountState Account => World.Account;

    public WorldClock Clock { get; } = new(wall);

    public RunningIds Ids { get; } = new(world.Seed);

    public Ledger Ledger { get; } = new();

    public IdempotencyStore Idempotency { get; } = new();

    /// <summary>What time will bring; loaded once the journal has been read.</summary>
    public DueIndex Due { get; } = new(new DuePlan(DueWorks.For(() => BillingSettings.Of(world.Account), world.Account), world.Now.ToUnixTimeSeconds()));

    /// <param name="now">Unix seconds where another clock than the world's counts.</param>
    public UnitOfWork Begin(long? now = null)
    {
        World.Told.Keep();
        return new(Account, Ids, now ?? Clock.Now.ToUnixTimeSeconds());
    }

    /// <summary>Takes in one line of the journal.</summary>
    public void Apply(JsonObject entry)
    {
        Ids.Count = (long?)entry["ids"] ?? Ids.Count;
        Ledger.Replays += (int?)entry["replays"] ?? 0;
        foreach (var value in entry["puts"] as JsonArray ?? [])
        {
            Account.Put((JsonObject)value!.DeepClone());
        }

        Account.Settle();
        Take(entry, "effect", effect => Ledger.Add(effect, declined: false));
        Take(entry, "declined", effect => Ledger.Add(effect, declined: true));
        Take(entry, "saved", Idempotency.Save);
        Take(entry, "clock", Clock.Load);
    }

    private static void Take(JsonObject entry, string name, Action<JsonObject> use)
    {
        if (entry[name] is JsonObject value)
        {
            use((JsonObject)value.DeepClone());
        }
    }
}
