using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Time;
using BillingCopilot.Sandbox.Worlds.Files;
using BillingCopilot.Sandbox.Worlds.Lumen.Finance;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Builds a world into a file, a few lives at a time on every core, so that it never is in memory as a whole.</summary>
internal static class LumenFile
{
    private const int LivesAtOnce = 24;
    private const int Sample = 40;

    public static void Write(string path, int seed, string size)
    {
        var plan = new LumenPlan(seed, LumenWorld.Scales[size]);
        var cast = new LumenCast(plan);
        var table = StringTable.Learn(cast.Lives.Concat(Enumerable.Range(0, Math.Min(Sample, plan.Others)).Select(plan.Other)).SelectMany(life => life.Objects));
        using var writer = new WorldFileWriter(path, table);
        var totals = new PayoutTotals(plan.Settlement);
        var behaviours = new JsonObject();
        var entries = new List<LedgerEntry>();
        var redeemed = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var part in Parts(plan, table))
        {
            writer.Append(part.Objects);
            totals.Add(part.Totals);
            entries.AddRange(part.Entries);
            Take(part.PaymentBehaviours, behaviours);
            foreach (var (coupon, count) in part.Redeemed)
            {
                redeemed[coupon] = redeemed.GetValueOrDefault(coupon) + count;
            }
        }

        cast.Lives.ToList().ForEach(life => totals.Add(life.Objects));
        cast.Lives.ToList().ForEach(life => Take(life.PaymentBehaviours, behaviours));
        var bank = cast.Close(totals, redeemed);
        writer.Append(Pack([bank.Books, .. cast.Lives], plan, table));
        var told = new LumenTold(cast, bank, entries);
        writer.Section("behaviours", behaviours.ToJsonString());
        writer.Section("truth", told.Truth.ToJsonString());
        writer.Section("documents", WorldDocument.Write(told.Documents));
        writer.Section("files", WorldDocument.Write(told.Files));
        writer.Finish(new JsonObject
        {
            ["world"] = LumenWorld.Name,
            ["seed"] = seed,
            ["size"] = size,
            ["account"] = plan.AccountId,
            ["now"] = Calendar.NowUnix,
        });
    }

    /// <summary>Some lives, packed.</summary>
    private sealed record Part(
        ObjectBatch Objects, PayoutTotals Totals, IReadOnlyList<LedgerEntry> Entries,
        IReadOnlyDictionary<string, string> PaymentBehaviours, IReadOnlyDictionary<string, long> Redeemed);

    /// <summary>The others in the order of their numbers, worked on by all cores but never many ahead.</summary>
    private static IEnumerable<Part> Parts(LumenPlan plan, StringTable table)
    {
        var running = new Queue<Task<Part>>();
        foreach (var lives in Enumerable.Range(0, plan.Others).Chunk(LivesAtOnce))
        {
            running.Enqueue(Task.Run(() => Run(plan, table, lives)));
            if (running.Count > 2 * Environment.ProcessorCount)
            {
                yield return running.Dequeue().GetAwaiter().GetResult();
            }
        }

        while (running.TryDequeue(out var part))
        {
            yield return part.GetAwaiter().GetResult();
        }
    }

    private static Part Run(LumenPlan plan, StringTable table, int[] lives)
    {
        var account = new AccountState(plan.AccountId);
        var batch = new ObjectBatch(table, Due(account));
        var totals = new PayoutTotals(plan.Settlement);
        List<Books> done = [];
        List<LedgerEntry> entries = [];
        foreach (var life in lives.Select(plan.Other))
        {
            totals.Add(life.Objects);
            entries.AddRange(life.Entries());
            Take(life.PaymentBehaviours, account);
            life.Objects.ForEach(batch.Add);
            life.Objects.Clear();
            done.Add(life);
        }

        return new Part(batch, totals, entries, account.PaymentBehaviours, LumenWorld.Redeemed(done));
    }

    private static ObjectBatch Pack(IReadOnlyList<Books> lives, LumenPlan plan, StringTable table)
    {
        var account = new AccountState(plan.AccountId);
        lives.ToList().ForEach(life => Take(life.PaymentBehaviours, account));
        var batch = new ObjectBatch(table, Due(account));
        lives.SelectMany(life => life.Objects).ToList().ForEach(batch.Add);
        return batch;
    }

    /// <summary>What will fall due, given how cards and customers behave.</summary>
    private static DuePlan Due(AccountState account) => new(DueWorks.For(() => new BillingSettings(), account), Calendar.NowUnix);

    private static void Take(IEnumerable<KeyValuePair<string, string>> from, AccountState into)
    {
        foreach (var (card, behaviour) in from)
        {
            into.PaymentBehaviours[card] = behaviour;
        }
    }

    private static void Take(IEnumerable<KeyValuePair<string, string>> from, JsonObject into)
    {
        foreach (var (card, behaviour) in from)
        {
            into[card] = behaviour;
        }
    }
}
