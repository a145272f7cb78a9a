using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Unit.Governance.Fakes;
using BillingCopilot.Unit.Storage;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace BillingCopilot.Unit.Governance;

/// <summary>Two nodes on one PostgreSQL: what SQLite's single writer gives for free has to come from locks.</summary>
public sealed class PostgresGovernanceTests
{
    [PostgresFact]
    public async Task Propose_FiftyAtOnce_MakeOneProposal()
    {
        await using var database = await TestPostgres.CreateAsync();
        using var bench = await Bench.StartAsync(b => b.Storage = database.Options);

        var views = await AtOnce(50, _ => bench.ProposeAsync());

        views.Select(v => v.Id).Distinct().ShouldHaveSingleItem();
    }

    [PostgresFact]
    public async Task ApproveAndExecute_FiftyAtOnceOnTwoNodes_HaveOneEffect()
    {
        await using var database = await TestPostgres.CreateAsync();
        using var bench = await Bench.StartAsync(b => b.Storage = database.Options);
        var proposal = await bench.ProposeAsync();
        var nodes = new[] { bench.Node, bench.Restart() };

        await AtOnce(50, async i =>
        {
            var person = bench.Person(i % 3 == 0 ? "frank" : "fiona");
            await nodes[i % 2].GetRequiredService<DecisionDesk>().ApproveAsync(Bench.Tenant, proposal.Id, person, proposal.Hash, "api", default);
            return await nodes[i % 2].GetRequiredService<ProposalExecutor>().ExecuteAsync(Bench.Tenant, proposal.Id, default);
        });

        bench.Far.Sent.ShouldHaveSingleItem();
        bench.Far.Effects.ShouldHaveSingleItem();
        (await bench.Book.FindAsync(Bench.Tenant, proposal.Id, default))!.Approvals.ShouldHaveSingleItem();
        (await bench.Audit.VerifyAsync(Bench.Tenant, default)).Whole.ShouldBeTrue();
    }

    [PostgresFact]
    public async Task Approve_TwoPeopleAtOnce_BothCount()
    {
        await using var database = await TestPostgres.CreateAsync();
        using var bench = await Bench.StartAsync(b => b.Storage = database.Options);
        bench.Far.Remaining["in_1"] = 500_000;
        foreach (var step in Enumerable.Range(1, 10))
        {
            var proposal = await bench.ProposeAsync(r => r with { Step = step, Arguments = Bench.Arguments(amount: "201.00 USD") });

            await AtOnce(2, i => bench.TryApproveAsync(proposal, i == 0 ? "frank" : "fiona"));

            (await bench.Book.FindAsync(Bench.Tenant, proposal.Id, default))!.Status.ShouldBe(ProposalStatus.Approved);

            // Done, and a day later: no share of a cap is held.
            (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Executed);
            bench.Time.Advance(TimeSpan.FromDays(1));
        }
    }

    [PostgresFact]
    public async Task Approve_PartsAtOnce_StopAtTheCap()
    {
        await using var database = await TestPostgres.CreateAsync();
        using var bench = await Bench.StartAsync(b => b.Storage = database.Options);
        var parts = new List<ProposalView>();
        foreach (var step in Enumerable.Range(1, 6))
        {
            parts.Add(await bench.ProposeAsync(r => r with { Step = step }));
        }

        var outcomes = await AtOnce(6, i => bench.TryApproveAsync(parts[i]));

        outcomes.Count(o => o is Outcome<ProposalView>.Ok { Value.Status: ProposalStatus.Approved }).ShouldBe(1, "a second part passes the threshold");
        (await AtOnce(6, i => bench.TryApproveAsync(parts[i], "fiona"))).OfType<Outcome<ProposalView>.Ok>().Count().ShouldBe(1, "a third part passes the cap");
    }

    [PostgresFact]
    public async Task Recover_AfterACrash_HasOneEffect()
    {
        await using var database = await TestPostgres.CreateAsync();
        using var bench = await Bench.StartAsync(b => b.Storage = database.Options);
        var proposal = await bench.ApprovedAsync();
        using var kill = new CancellationTokenSource();
        bench.Far.After = _ =>
        {
            kill.Cancel();
            return Task.FromCanceled(kill.Token);
        };
        await Should.ThrowAsync<OperationCanceledException>(() => bench.Executor.ExecuteAsync(Bench.Tenant, proposal.Id, kill.Token));
        bench.Time.Advance(TimeSpan.FromSeconds(16));

        (await bench.Executor.RecoverAsync(Bench.Tenant, default)).ShouldBe(1);

        bench.Far.Effects.ShouldHaveSingleItem();
    }

    [PostgresFact]
    public async Task SubjectKeys_InADatabaseOfTheirOwn_ServeTwoNodesAndAreDropped()
    {
        await using var database = await TestPostgres.CreateAsync();
        await using var keyDatabase = await TestPostgres.CreateAsync();
        using var bench = await Bench.StartAsync(b => (b.Storage, b.Log) = (database.Options, new AuditOptions { KeyDatabase = keyDatabase.Options.ConnectionString }));
        var nodes = new[] { bench.Node, bench.Restart() };

        var stored = await AtOnce(8, i => nodes[i % 2].GetRequiredService<AuditContents>().StoreAsync(Bench.Tenant, ["cus_1"], "Words.", default));

        foreach (var content in stored)
        {
            (await bench.Node.GetRequiredService<AuditContents>().ReadAsync(Bench.Tenant, content!.Value.Id, default)).ShouldBe("Words.");
        }

        var erased = await nodes[0].GetRequiredService<SubjectEraser>().EraseAsync(Bench.Tenant, "cus_1", bench.Person("ada"), default);
        erased.ShouldBeOfType<Outcome<Erasure>.Ok>().Value.HadKey.ShouldBeTrue();
        (await nodes[1].GetRequiredService<AuditContents>().ReadAsync(Bench.Tenant, stored[0]!.Value.Id, default)).ShouldBeNull();
    }

    private static Task<T[]> AtOnce<T>(int count, Func<int, Task<T>> work) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => work(i))));
}
