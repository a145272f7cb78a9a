using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

public sealed class ProposalExecutorTests
{
    [Fact]
    public async Task Execute_Approved_HasOneEffectAndSaysSo()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();

        var done = await bench.ExecuteAsync(proposal);

        done.Status.ShouldBe(ProposalStatus.Executed);
        (done.ResultObjectId, done.ResultText, done.RequestId).ShouldBe(("cn_1", "Credited.", "req_1"));
        bench.Far.Effects.ShouldHaveSingleItem().Amount.AmountMinor.ShouldBe(12_000);
        (await bench.Audit.ReadAboutAsync(Bench.Tenant, proposal.Id, default)).Select(e => e.Kind)
            .ShouldBe(["proposal.created", "approval.recorded", "execution.started", "execution.executed"]);
    }

    [Fact]
    public async Task Execute_NotApproved_DoesNothing()
    {
        using var bench = await Bench.StartAsync();

        (await bench.ExecuteAsync(await bench.ProposeAsync())).Status.ShouldBe(ProposalStatus.Pending);
        bench.Far.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Execute_OtherTenant_Throws()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();

        await Should.ThrowAsync<InvalidOperationException>(() => bench.Executor.ExecuteAsync(Bench.OtherTenant, proposal.Id, default));
        bench.Far.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Execute_FiftyAtOnceOnTwoNodes_HasOneEffect()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        var nodes = new[] { bench.Executor, bench.Restart().GetRequiredService<ProposalExecutor>() };

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => nodes[i % 2].ExecuteAsync(Bench.Tenant, proposal.Id, default))));

        bench.Far.Effects.ShouldHaveSingleItem();
        bench.Far.Sent.ShouldHaveSingleItem();
        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Executed);
    }

    [Fact]
    public async Task Execute_KeyAndTime_AreCommittedBeforeTheCall()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        string? status = null, key = null;
        bench.Far.Before = async _ =>
        {
            await using var db = bench.Open();
            var row = await db.Executions.SingleAsync();
            (status, key) = (row.Status, row.IdempotencyKey);
            (await db.Audit.AnyAsync(a => a.Kind == "execution.started")).ShouldBeTrue();
        };

        await bench.ExecuteAsync(proposal);

        status.ShouldBe("sent");
        key.ShouldBe(bench.Far.Sent.ShouldHaveSingleItem());
    }

    [Fact]
    public async Task Execute_StateMoved_IsStaleAndSaysWhatMoved()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        bench.Far.Remaining["in_1"] = 40_000;

        var stale = await bench.ExecuteAsync(proposal);

        stale.Status.ShouldBe(ProposalStatus.Stale);
        stale.ResultText!.ShouldContain("amount_remaining was 50000 and is 40000");
        stale.ResultText!.ShouldNotContain("status was");
        bench.Far.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Execute_PreviewRefusesNow_IsStaleWithTheReason()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        bench.Far.Remaining["in_1"] = 0;

        var stale = await bench.ExecuteAsync(proposal);

        (stale.Status, bench.Far.Sent.Count).ShouldBe((ProposalStatus.Stale, 0));
        stale.ResultText!.ShouldContain("Only 0.00 USD is left");
    }

    [Fact]
    public async Task Execute_ApproverLostTheRole_IsStale()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        bench.PeopleText = bench.PeopleText.Replace("name: Frank Moreau, roles: [finance]", "name: Frank Moreau, roles: [viewer]");
        bench.Restart();

        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Stale);
        bench.Far.Sent.ShouldBeEmpty();
    }

    /// <summary>Whoever loses the role in the file has lost it, without a restart; a file that became unfit changes nothing.</summary>
    [Fact]
    public async Task Execute_PeopleFileChangedMeanwhile_CountsAtOnce()
    {
        using var bench = await Bench.StartAsync();
        var (kept, lost) = (await bench.ProposeAsync(r => r with { Arguments = Bench.Arguments("in_1", "10.00 USD") }), await bench.ProposeAsync(r => r with { Step = 2, Arguments = Bench.Arguments("in_2", "10.00 USD") }));
        var file = Path.Combine(bench.Folder, "people.yaml");
        await File.WriteAllTextAsync(file, "people: [ { id: frank, name: ");
        Bench.Ok(await bench.TryApproveAsync(kept));
        Bench.Ok(await bench.TryApproveAsync(lost));
        (await bench.ExecuteAsync(kept)).Status.ShouldBe(ProposalStatus.Executed);

        await File.WriteAllTextAsync(file, bench.PeopleText.Replace("name: Frank Moreau, roles: [finance]", "name: Frank Moreau, roles: [viewer]"));

        (await bench.ExecuteAsync(lost)).Status.ShouldBe(ProposalStatus.Stale);
        Bench.Refused(await bench.TryApproveAsync(await bench.ProposeAsync(r => r with { Step = 3 }))).Code.ShouldBe("not_allowed");
    }

    [Fact]
    public async Task Execute_SwitchedOffMeanwhile_IsStale()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        bench.RolloutText = "operations: {}";
        bench.Restart();

        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Stale);
        bench.Far.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Execute_ArgumentsChangedAfterApproval_FailsWithNothingDone()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        await using var db = bench.Open();
        await db.Proposals.ExecuteUpdateAsync(p => p.SetProperty(r => r.Arguments, """{"amount":{"amount":50000,"currency":"usd"},"invoice":"in_1"}"""));

        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Failed);
        bench.Far.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Execute_FarSideRefuses_FailsWithItsWords()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        bench.Far.Before = _ => Task.FromResult(bench.Far.Remaining["in_1"] = 1);

        var failed = await bench.ExecuteAsync(proposal);

        (failed.Status, failed.RequestId).ShouldBe((ProposalStatus.Failed, "req_refused"));
        failed.ResultText!.ShouldContain("amount_too_large");
        bench.Far.Effects.ShouldBeEmpty();
    }

    [Fact]
    public async Task Execute_StateUnreadable_WaitsApprovedForRecovery()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        bench.Far.Remaining.Remove("in_1");
        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Approved);
        bench.Far.Remaining["in_1"] = 50_000;

        (await bench.Executor.RecoverAsync(Bench.Tenant, default)).ShouldBe(1);

        bench.Far.Effects.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Execute_CustomerHeldByAnotherNode_WaitsItsTurn()
    {
        using var bench = await Bench.StartAsync();
        var first = await bench.ApprovedAsync();
        var second = await bench.ApprovedAsync(r => r with { Step = 2, Arguments = Bench.Arguments("in_2", "80.00 USD") });
        var other = bench.Restart().GetRequiredService<ProposalExecutor>();
        var seen = ProposalStatus.Failed;
        bench.Far.Before = async _ =>
        {
            bench.Far.Before = _ => Task.CompletedTask;
            seen = (await bench.ExecuteAsync(second)).Status;
        };
        bench.Restart();

        await other.ExecuteAsync(Bench.Tenant, first.Id, default);

        seen.ShouldBe(ProposalStatus.Approved);
        (await bench.ExecuteAsync(second)).Status.ShouldBe(ProposalStatus.Executed);
    }
}
