using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>
/// Lumen sells analytics software by subscription and runs a marketplace. The generator casts customers and sellers,
/// then lets their lives run from their first day to <see cref="Calendar.Now"/>; whatever was not due by then has
/// not happened.
/// </summary>
internal static class LumenWorld
{
    public const string Name = "lumen";

    /// <summary>What each size has. Small is the cast alone; large has over a million balance transactions.</summary>
    public static IReadOnlyDictionary<string, LumenScale> Scales { get; } = new Dictionary<string, LumenScale>
    {
        ["small"] = new(0, 0, 0),
        ["medium"] = new(1_000, 24, 40),
        ["large"] = new(20_000, 300, 270),
    };

    /// <summary>Builds a world in memory, where the larger sizes have no place.</summary>
    public static World Build(int seed, string size)
    {
        var plan = new LumenPlan(seed, Scales[size]);
        var cast = new LumenCast(plan);
        var others = Enumerable.Range(0, plan.Others).Select(plan.Other).ToList();
        var lives = cast.Lives.Concat(others).ToList();
        var totals = new PayoutTotals(plan.Settlement);
        lives.ForEach(life => totals.Add(life.Objects));
        var bank = cast.Close(totals, Redeemed(others));
        var account = new AccountState(plan.AccountId);
        foreach (var value in bank.Books.Objects.Concat(lives.SelectMany(life => life.Objects)).OrderBy(Place.CreatedOf))
        {
            account.Put(value);
        }

        foreach (var (card, behaviour) in lives.SelectMany(life => life.PaymentBehaviours))
        {
            account.PaymentBehaviours[card] = behaviour;
        }

        return new World(Name, seed, size, Calendar.Now, account, WorldTold.Of(() =>
        {
            var told = new LumenTold(cast, bank, others.SelectMany(life => life.Entries()));
            return (told.Truth, told.Documents, told.Files);
        }));
    }

    /// <summary>How often each coupon was used.</summary>
    public static Dictionary<string, long> Redeemed(IEnumerable<Books> lives) => lives
        .SelectMany(life => life.Redeemed)
        .GroupBy(entry => entry.Key, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Sum(entry => entry.Value), StringComparer.Ordinal);
}
