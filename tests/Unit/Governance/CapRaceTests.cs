using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Unit.Governance.Fakes;
using BillingCopilot.Unit.Storage;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>
/// Caps under two nodes on one database: however approvals fall together, what is approved, under way, done or in doubt
/// never passes a cap, and what failed is free again.
/// </summary>
public sealed class CapRaceTests
{
    private const string Policy = """
        operations:
          credit_invoice:
            propose: [support]
            approve: [finance, admin]
            self_approval: false
            expiry: 24h
            second_approver_above: none
            caps: { per_customer_per_day: { usd: "50.00" }, per_approver_per_day: { usd: "70.00" }, per_day: { usd: "100.00" } }
          mail_credit: { propose: [support], approve: [finance], self_approval: true, expiry: 30m }
        """;

    [Fact]
    public Task Sqlite_TwoNodesAtOnce_NoCapIsPassed() => RaceAsync(null);

    [PostgresFact]
    public async Task Postgres_TwoNodesAtOnce_NoCapIsPassed()
    {
        await using var database = await TestPostgres.CreateAsync();
        await RaceAsync(database.Options);
    }

    private static async Task RaceAsync(StorageOptions? storage)
    {
        using var bench = await Bench.StartAsync(b => (b.Storage, b.PolicyText) = (storage, Policy));
        var nodes = new[] { bench.Node, bench.Restart() };
        var proposals = new List<ProposalView>();
        for (var step = 1; step <= 18; step++)
        {
            // Three customers.
            var invoice = $"in_{100 + step}";
            (bench.Far.Remaining[invoice], bench.Far.CustomerOf[invoice]) = (50_000, $"cus_{step % 3}");
            proposals.Add(await bench.ProposeAsync(r => r with { Step = step, Arguments = Bench.Arguments(invoice, "10.00 USD") }));
        }

        // Approved, then found stale: what they reserved is free again.
        foreach (var step in new[] { 5, 10, 15 })
        {
            bench.Far.Remaining[$"in_{100 + step}"] = 1;
        }

        Task ApproveAsync(int i, string person) => Task.Run(async () =>
        {
            var node = nodes[(i + person.Length) % 2];
            await node.GetRequiredService<DecisionDesk>().ApproveAsync(Bench.Tenant, proposals[i].Id, bench.Person(person), proposals[i].Hash, "api", default);
            await node.GetRequiredService<ProposalExecutor>().ExecuteAsync(Bench.Tenant, proposals[i].Id, default);
        });
        string[] people = ["frank", "fiona"];
        await Task.WhenAll(proposals.SelectMany((_, i) => people.Select(p => ApproveAsync(i, p))));
        (await HeldAsync(bench)).Sum(p => p.Amount!.Value.AmountMinor).ShouldBeLessThanOrEqualTo(10_000);

        // Twice: what a stale one frees when its turn comes late is there for those before it.
        foreach (var i in Enumerable.Range(0, 2 * proposals.Count))
        {
            await ApproveAsync(i % proposals.Count, people[0]);
            await ApproveAsync(i % proposals.Count, people[1]);
        }

        var held = await HeldAsync(bench);
        held.Sum(p => p.Amount!.Value.AmountMinor).ShouldBe(10_000, "the day's cap is used up, and not passed");
        held.GroupBy(p => p.Customer.Id).ShouldAllBe(g => g.Sum(p => p.Amount!.Value.AmountMinor) <= 5_000);
        held.GroupBy(p => p.Approvals.Single().Person).ShouldAllBe(g => g.Sum(p => p.Amount!.Value.AmountMinor) <= 7_000);
    }

    private static async Task<IReadOnlyList<ProposalView>> HeldAsync(Bench bench) =>
        [.. (await bench.Book.ListAsync(Bench.Tenant, null, 100, default)).Where(p => p.Status is ProposalStatus.Approved or ProposalStatus.Executing or ProposalStatus.Executed or ProposalStatus.NeedsReconcile)];
}
