using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Unit.Governance.Fakes;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>What is checked before the first call is checked before each that repeats it.</summary>
public sealed class RepetitionTests
{
    public static TheoryData<string, Action<Bench>> Differences => new()
    {
        { "amount_remaining was 50000 and is 40000", b => b.Far.Remaining["in_1"] = 40_000 },
        { "Only 0.00 USD is left", b => b.Far.Remaining["in_1"] = 0 },
        { "(customer) was cus_1 and is cus_2", b => b.Far.Customer = "cus_2" },
        { "an approver has lost the role", b => b.PeopleText = b.PeopleText.Replace("name: Frank Moreau, roles: [finance]", "name: Frank Moreau, roles: [viewer]") },
        { "switched off", b => b.RolloutText = "operations: {}" },
        { "The policy has changed", b => b.PolicyText = b.PolicyText.Replace("200.00", "150.00") },
        { "Stripe:WriteKey is missing", b => b.Far.Unable = new Refusal("no_write_key", "Stripe:WriteKey is missing.") },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task Recover_SomethingDiffersSinceTheCrash_AsksAPersonAndSendsNothing(string says, Action<Bench> change)
    {
        using var bench = await Bench.StartAsync();
        var proposal = await ExecutionRecoveryTests.CrashAsync(bench, afterEffect: false);
        change(bench);
        bench.Restart();
        bench.Time.Advance(TimeSpan.FromSeconds(16));

        (await bench.Executor.RecoverAsync(Bench.Tenant, default)).ShouldBe(1);

        var view = await bench.ExecuteAsync(proposal);
        view.Status.ShouldBe(ProposalStatus.NeedsReconcile);
        view.ResultText!.ShouldContain(says);
        view.ResultText!.ShouldContain("copilot_proposal=" + proposal.Id);
        bench.Far.Sent.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Execute_StateMovedBetweenTwoAttempts_AsksAPersonAndSendsNothing()
    {
        using var bench = await Bench.StartAsync();
        bench.Far.Before = _ =>
        {
            bench.Far.Remaining["in_1"] = 40_000;
            throw new HttpRequestException("cut");
        };

        var view = await bench.ExecuteAsync(await bench.ApprovedAsync());

        view.Status.ShouldBe(ProposalStatus.NeedsReconcile);
        bench.Far.Sent.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Execute_StateUnreadableBetweenTwoAttempts_SendsNothing()
    {
        using var bench = await Bench.StartAsync();
        bench.Far.Before = _ =>
        {
            bench.Far.Remaining.Remove("in_1");
            throw new HttpRequestException("cut");
        };

        (await bench.ExecuteAsync(await bench.ApprovedAsync())).Status.ShouldBe(ProposalStatus.NeedsReconcile);

        bench.Far.Sent.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Execute_RefusedBecauseAnInnerRetryWorked_IsExecutedAndFinished()
    {
        using var bench = await Bench.StartAsync();
        bench.Far.ForgetsKeys = true;
        var proposal = await bench.ApprovedAsync();
        bench.Far.Before = _ =>
        {
            bench.Far.Effects.Add(("inner", proposal.Id, "in_1", new Money(12_000, "usd")));
            bench.Far.Remaining["in_1"] = 0;
            return Task.CompletedTask;
        };

        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Executed);

        bench.Far.Effects.ShouldHaveSingleItem();
        bench.Far.Finished.ShouldBe(1);
    }

    [Fact]
    public async Task Execute_NoWriteKey_FailsBeforeItStarts()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        bench.Far.Unable = new Refusal("no_write_key", "Stripe:WriteKey is missing.");

        var view = await bench.ExecuteAsync(proposal);

        view.Status.ShouldBe(ProposalStatus.Failed);
        view.ResultText!.ShouldStartWith("Stripe:WriteKey is missing.");
        bench.Far.Sent.ShouldBeEmpty();
        (await bench.Audit.ReadAboutAsync(Bench.Tenant, proposal.Id, default)).Select(e => e.Kind).ShouldNotContain("execution.started");
    }

    [Fact]
    public async Task Execute_UnknownWithARequestId_KeepsIt()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await ExecutionRecoveryTests.CrashAsync(bench, afterEffect: false);
        bench.Time.Advance(TimeSpan.FromHours(24));
        bench.Far.Reconciles = () => new ExecutionResult.Unknown("Look.", "req_7");

        await bench.Executor.RecoverAsync(Bench.Tenant, default);

        var view = await bench.ExecuteAsync(proposal);
        (view.Status, view.RequestId).ShouldBe((ProposalStatus.NeedsReconcile, "req_7"));
    }

    public static TheoryData<string, Action<Bench>> Ages => new()
    {
        { "older than the 24 hours", b => b.Time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1)) },
        { "policy has changed", b => b.PolicyText = b.PolicyText.Replace("300.00", "301.00") },
        { "(customer) was cus_1 and is cus_2", b => b.Far.Customer = "cus_2" },
    };

    [Theory]
    [MemberData(nameof(Ages))]
    public async Task Execute_ApprovalOvertaken_IsStale(string says, Action<Bench> change)
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        change(bench);
        bench.Restart();

        var view = await bench.ExecuteAsync(proposal);

        view.Status.ShouldBe(ProposalStatus.Stale);
        view.ResultText!.ShouldContain(says);
        bench.Far.Sent.ShouldBeEmpty();
    }

    public static TheoryData<string, Action<ProposalRow>> Tampering => new()
    {
        { "amount", r => r.AmountMinor = 1 },
        { "customer", r => r.CustomerId = "cus_2" },
        { "changes", r => r.Changes = "[]" },
        { "declared", r => r.Declared = "{}" },
    };

    [Theory]
    [MemberData(nameof(Tampering))]
    public async Task Execute_RowChangedBehindOurBack_Fails(string what, Action<ProposalRow> change)
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        await using (var db = bench.Open())
        {
            change((await db.Proposals.FindAsync("default", proposal.Id))!);
            await db.SaveChangesAsync();
        }

        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Failed, what);
        bench.Far.Sent.ShouldBeEmpty();
    }
}
