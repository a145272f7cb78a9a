using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>Crashes and lost answers: one effect each, and none silently lost.</summary>
public sealed class ExecutionRecoveryTests
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public async Task Execute_AnswerLost_HasOneEffect(bool afterEffect, bool replays)
    {
        using var bench = await Bench.StartAsync();
        bench.Far.ForgetsKeys = !replays;
        Fault(bench, afterEffect, call => call == 1 ? Task.FromException(new HttpRequestException("cut")) : Task.CompletedTask);

        var done = await bench.ExecuteAsync(await bench.ApprovedAsync());

        done.Status.ShouldBe(ProposalStatus.Executed);
        bench.Far.Effects.ShouldHaveSingleItem();
        bench.Far.Sent.Distinct().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Recover_CrashAroundTheCall_HasOneEffect(bool afterEffect)
    {
        using var bench = await Bench.StartAsync();
        var proposal = await CrashAsync(bench, afterEffect);
        bench.Far.Effects.Count.ShouldBe(afterEffect ? 1 : 0);
        bench.Restart();
        (await bench.Executor.RecoverAsync(Bench.Tenant, default)).ShouldBe(0, "the lease still runs");
        bench.Time.Advance(TimeSpan.FromSeconds(16));

        (await bench.Executor.RecoverAsync(Bench.Tenant, default)).ShouldBe(1);

        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Executed);
        bench.Far.Effects.ShouldHaveSingleItem();
        bench.Far.Sent.Distinct().ShouldHaveSingleItem();
        (await bench.Audit.VerifyAsync(Bench.Tenant, default)).Whole.ShouldBeTrue();
    }

    [Fact]
    public async Task Recover_CrashBetweenApprovalAndExecution_CarriesItOut()
    {
        using var bench = await Bench.StartAsync();
        await bench.ApprovedAsync();
        bench.Restart();

        (await bench.Executor.RecoverAsync(Bench.Tenant, default)).ShouldBe(1);
        (await bench.Executor.RecoverAsync(Bench.Tenant, default)).ShouldBe(0);

        bench.Far.Effects.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(true, 23, ProposalStatus.Executed)]
    [InlineData(false, 23, ProposalStatus.NeedsReconcile)]
    [InlineData(false, 24, ProposalStatus.NeedsReconcile)]
    public async Task Recover_KeyOfADayOrAlmost_NeverSendsAgain(bool afterEffect, int hours, ProposalStatus expected)
    {
        using var bench = await Bench.StartAsync();
        bench.Far.ForgetsKeys = true;
        var proposal = await CrashAsync(bench, afterEffect);
        bench.Restart();
        bench.Time.Advance(TimeSpan.FromHours(hours));

        (await bench.Executor.RecoverAsync(Bench.Tenant, default)).ShouldBe(1);

        var view = await bench.ExecuteAsync(proposal);
        view.Status.ShouldBe(expected);
        bench.Far.Sent.ShouldHaveSingleItem();
        if (expected == ProposalStatus.NeedsReconcile)
        {
            view.ResultText!.ShouldContain(proposal.Id);
        }
    }

    [Theory]
    [InlineData(false, ProposalStatus.Executed, 2)]
    [InlineData(true, ProposalStatus.NeedsReconcile, 1)]
    public async Task Recover_CantTellAndFarSideReplays_SendsTheSameKeyAgainIfNothingMoved(bool afterEffect, ProposalStatus expected, int sent)
    {
        using var bench = await Bench.StartAsync();
        var proposal = await CrashAsync(bench, afterEffect);
        bench.Far.Reconciles = () => new ExecutionResult.Unknown("Look at the invoice.");
        bench.Time.Advance(TimeSpan.FromSeconds(16));

        await bench.Executor.RecoverAsync(Bench.Tenant, default);

        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(expected);
        bench.Far.Sent.Count.ShouldBe(sent);
        bench.Far.Effects.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Recover_CantTellAndFarSideForgets_AsksAPerson()
    {
        using var bench = await Bench.StartAsync();
        bench.Far.ForgetsKeys = true;
        var proposal = await CrashAsync(bench, afterEffect: true, "mail_credit");
        bench.Time.Advance(TimeSpan.FromSeconds(16));

        await bench.Executor.RecoverAsync(Bench.Tenant, default);

        var view = await bench.ExecuteAsync(proposal);
        (view.Status, view.ResultText).ShouldBe((ProposalStatus.NeedsReconcile, "Look into the outbox."));
        bench.Far.Effects.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Execute_FarSideDown_GivesUpAfterSomeAttemptsAndAsksAPerson()
    {
        using var bench = await Bench.StartAsync();
        bench.Far.Before = _ => Task.FromException(new TimeoutException());

        var view = await bench.ExecuteAsync(await bench.ApprovedAsync());

        view.Status.ShouldBe(ProposalStatus.NeedsReconcile);
        view.ResultText!.ShouldContain(bench.Far.Sent[0]);
        bench.Far.Sent.Count.ShouldBe(4);
        bench.Far.Effects.ShouldBeEmpty();
    }

    [Fact]
    public async Task Execute_NeitherSendsNorReads_SendsOnlyOnce()
    {
        using var bench = await Bench.StartAsync();
        bench.Far.ForgetsKeys = true;
        bench.Far.After = _ => Task.FromException(new HttpRequestException());
        bench.Far.Reconciles = () => throw new HttpRequestException();

        (await bench.ExecuteAsync(await bench.ApprovedAsync())).Status.ShouldBe(ProposalStatus.NeedsReconcile);

        bench.Far.Sent.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Execute_RepetitionRefusedBecauseTheFirstWorked_IsExecuted()
    {
        using var bench = await Bench.StartAsync();
        bench.Far.ForgetsKeys = true;
        bench.Far.Remaining["in_1"] = 12_000;
        bench.Far.After = call => call == 1 ? Task.FromException(new HttpRequestException()) : Task.CompletedTask;
        var reads = 0;
        bench.Far.Reconciles = () => ++reads == 1 ? new ExecutionResult.NotDone() : new ExecutionResult.Executed("cn_1", "Credited.");

        (await bench.ExecuteAsync(await bench.ApprovedAsync())).Status.ShouldBe(ProposalStatus.Executed);

        bench.Far.Effects.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Recover_ArgumentsNoLongerThoseSent_SendsNothing()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await CrashAsync(bench, afterEffect: false);
        await using var db = bench.Open();
        await db.Executions.ExecuteUpdateAsync(e => e.SetProperty(r => r.ParametersHash, "0"));
        bench.Time.Advance(TimeSpan.FromSeconds(16));

        await bench.Executor.RecoverAsync(Bench.Tenant, default);

        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.NeedsReconcile);
        bench.Far.Sent.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Execute_LeaseTakenOverWhileWorking_CompletesOnce()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        var first = bench.Executor;
        bench.Far.After = async call =>
        {
            if (call == 1)
            {
                await using var db = bench.Open();
                await db.Executions.ExecuteUpdateAsync(e => e.SetProperty(r => r.LeaseUntil, bench.Time.GetUtcNow()));
                bench.Restart();
                await bench.Executor.RecoverAsync(Bench.Tenant, default);
            }
        };

        var view = await first.ExecuteAsync(Bench.Tenant, proposal.Id, default);

        view.Status.ShouldBe(ProposalStatus.Executed);
        bench.Far.Effects.ShouldHaveSingleItem();
        (await bench.Audit.ReadAboutAsync(Bench.Tenant, proposal.Id, default)).Count(e => e.Kind == "execution.executed").ShouldBe(1);
    }

    [Fact]
    public async Task Recover_AnUnfinishedOneThatCantBeTakenUp_LeavesTheOthersToBeFinished()
    {
        using var bench = await Bench.StartAsync();
        var bad = await UnfinishedAsync(bench, "in_1", 1);
        var good = await UnfinishedAsync(bench, "in_2", 2);
        await ChangeAsync(bench, bad, p => p.Operation = "gone");

        await bench.Executor.RecoverAsync(Bench.Tenant, default);

        bench.Far.Finished.ShouldBe(1);
        (await ExecutionAsync(bench, good)).Outcome.ShouldBe("executed");
        var left = await ExecutionAsync(bench, bad);
        (left.Outcome, left.LeaseOwner).ShouldBe(("unfinished", null), "it keeps no lease on its customer");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recover_UnfinishedAndNotWhatWasApproved_IsNotFinished(bool otherMode)
    {
        using var bench = await Bench.StartAsync();
        var proposal = await UnfinishedAsync(bench, "in_1", 1);
        if (!otherMode)
        {
            await ChangeAsync(bench, proposal, p => p.AmountMinor = 1);
        }

        await bench.Executor.RecoverAsync(otherMode ? Bench.Tenant with { Livemode = !Bench.Tenant.Livemode } : Bench.Tenant, default);

        bench.Far.Finished.ShouldBe(0);
        (await ExecutionAsync(bench, proposal)).Outcome.ShouldBe("unfinished");
    }

    private static async Task<ProposalView> UnfinishedAsync(Bench bench, string invoice, int step)
    {
        var done = await bench.ExecuteAsync(await bench.ApprovedAsync(r => r with { Step = step, Arguments = Bench.Arguments(invoice, "10.00 USD") }));
        done.Status.ShouldBe(ProposalStatus.Executed);
        await using var db = bench.Open();
        (await db.Executions.Where(e => e.ProposalId == done.Id).ExecuteUpdateAsync(e => e.SetProperty(r => r.Outcome, "unfinished"))).ShouldBe(1);
        return done;
    }

    private static async Task ChangeAsync(Bench bench, ProposalView proposal, Action<ProposalRow> change)
    {
        await using var db = bench.Open();
        change((await db.Proposals.FindAsync("default", proposal.Id))!);
        await db.SaveChangesAsync();
    }

    private static async Task<ExecutionRow> ExecutionAsync(Bench bench, ProposalView proposal)
    {
        await using var db = bench.Open();
        return await db.Executions.AsNoTracking().SingleAsync(e => e.ProposalId == proposal.Id);
    }

    // Cancelled, the executor writes nothing more: what a killed process leaves behind.
    internal static async Task<ProposalView> CrashAsync(Bench bench, bool afterEffect, string operation = "credit_invoice")
    {
        var proposal = await bench.ApprovedAsync(r => r with { Operation = operation });
        using var kill = new CancellationTokenSource();
        Fault(bench, afterEffect, _ =>
        {
            kill.Cancel();
            return Task.FromCanceled(kill.Token);
        });
        await Should.ThrowAsync<OperationCanceledException>(() => bench.Executor.ExecuteAsync(Bench.Tenant, proposal.Id, kill.Token));
        Fault(bench, afterEffect, _ => Task.CompletedTask);
        return proposal;
    }

    private static void Fault(Bench bench, bool afterEffect, Func<int, Task> fault)
    {
        if (afterEffect)
        {
            bench.Far.After = fault;
        }
        else
        {
            bench.Far.Before = fault;
        }
    }
}
