using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Reconcile;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>Asked again, put off, edited, undone, signed in a list, settled.</summary>
public sealed class ProposalLifeTests
{
    [Fact]
    public async Task Propose_TheSameInALaterTurn_IsNewAndNamesTheEarlier()
    {
        using var bench = await Bench.StartAsync();
        var first = await bench.ExecuteAsync(await bench.ApprovedAsync());
        bench.Far.Remaining["in_1"] = 50_000;
        bench.Time.Advance(TimeSpan.FromMinutes(1));

        var again = await bench.ProposeAsync(r => r with { TaskId = "task_2" });

        again.Id.ShouldNotBe(first.Id);
        again.Earlier.ShouldBe(new EarlierProposal(first.Id, ProposalStatus.Executed, first.CreatedAt));
        (await bench.ProposeAsync(r => r with { TaskId = "task_2", Step = 2, Arguments = Bench.Arguments(amount: "1.00 USD") })).Earlier.ShouldBeNull();
    }

    [Fact]
    public async Task Propose_WithEvidence_KeepsItAndWhatWasReadAgain()
    {
        using var bench = await Bench.StartAsync();
        var receipt = new EvidenceReceipt("$120.00", "12000 usd", "tool", "get_invoice", "$.total", "in_1");

        var view = await bench.ProposeAsync(r => r with { Evidence = new ProposalEvidence([receipt], [new EvidenceQuote("policy", "refunds.md", "Window", "30 days.")], ["$7.00"], []) });

        var kept = (await bench.Book.FindAsync(Bench.Tenant, view.Id, default))!.Evidence;
        kept.Receipts.ShouldBe([receipt]);
        kept.Quotes.ShouldHaveSingleItem().Quote.ShouldBe("30 days.");
        kept.Unbacked.ShouldBe(["$7.00"]);
        kept.ReadAgain.ShouldBe(["cus_1", "in_1"]);
    }

    [Fact]
    public async Task Propose_WithADeadlineOfTheFarSide_WaitsNoLongerThanThat()
    {
        using var bench = await Bench.StartAsync();
        bench.Far.TooLateAt = bench.Time.GetUtcNow().AddHours(2);

        var proposal = await bench.ProposeAsync();

        proposal.ExpiresAt.ShouldBe(bench.Far.TooLateAt.Value);
        bench.Time.Advance(TimeSpan.FromHours(2));
        (await bench.Book.FindAsync(Bench.Tenant, proposal.Id, default))!.Status.ShouldBe(ProposalStatus.Expired);
        bench.Far.TooLateAt = bench.Time.GetUtcNow().AddDays(2);
        (await bench.TryProposeAsync(r => r with { TaskId = "task_3", NotBefore = bench.Far.TooLateAt })).ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe("too_late");
    }

    [Fact]
    public async Task Execute_BeforeItsTime_WaitsThenHappensByItself()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync(r => r with { NotBefore = bench.Time.GetUtcNow().AddDays(3) });
        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Approved);
        (await bench.Executor.RecoverAsync(Bench.Tenant, default)).ShouldBe(0);
        bench.Far.Sent.ShouldBeEmpty();
        bench.Time.Advance(TimeSpan.FromDays(3));

        (await bench.Executor.RecoverAsync(Bench.Tenant, default)).ShouldBe(1);

        bench.Far.Effects.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Execute_AtItsTime_FactsMoved_IsDroppedWithAReason()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync(r => r with { NotBefore = bench.Time.GetUtcNow().AddDays(3) });
        bench.Far.Remaining["in_1"] = 0;
        bench.Time.Advance(TimeSpan.FromDays(3));

        var dropped = (await bench.Executor.RecoverAllAsync(Bench.Tenant, default)).ShouldHaveSingleItem();

        (dropped.Id, dropped.Status).ShouldBe((proposal.Id, ProposalStatus.Stale));
        dropped.ResultText!.ShouldContain("Only 0.00 USD is left");
        bench.Far.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task NotBefore_ChangedAfterApproval_Fails()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync(r => r with { NotBefore = bench.Time.GetUtcNow().AddDays(3) });
        await using (var db = bench.Open())
        {
            db.Proposals.Single().NotBefore = null;
            await db.SaveChangesAsync();
        }

        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Failed);
        bench.Far.Sent.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("2026-03-03T09:00Z", "2026-03-03T09:00")]
    [InlineData("2026-03-03T09:00+02:00", "2026-03-03T07:00")]
    [InlineData("2026-03-03 09:00 Europe/Berlin", "2026-03-03T08:00")]
    [InlineData("Tuesday 9:00 America/New_York", "2026-03-03T14:00")]
    [InlineData("tuesday at 9:00", "2026-03-03T09:00")]
    [InlineData("Sunday 9:30", "2026-03-01T09:30")]
    [InlineData("Sunday 8:30", "2026-03-08T08:30")]
    [InlineData("tomorrow 14:30 Asia/Tokyo", "2026-03-02T05:30")]
    [InlineData("2026-03-29 02:30 Europe/Berlin", "2026-03-29T01:30")]
    [InlineData("2026-10-25 02:30 Europe/Berlin", "2026-10-25T00:30")]
    public void NotBefore_AsPeopleSayIt_IsThatInstant(string said, string utc)
    {
        var now = new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

        var read = NotBefore.Read(said, now, "UTC").ShouldBeOfType<Outcome<DateTimeOffset>.Ok>().Value;

        read.ShouldBe(DateTimeOffset.Parse(utc + "Z", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("Tuesday")]
    [InlineData("Tuesday 25:00")]
    [InlineData("2 9:00")]
    [InlineData("Tuesday 9:00 Mars/Olympus")]
    public void NotBefore_Unclear_IsRefused(string said) =>
        NotBefore.Read(said, new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero), "UTC").ShouldBeOfType<Outcome<DateTimeOffset>.Refused>().Refusal.Code.ShouldBe("invalid_not_before");

    [Fact]
    public async Task Edit_Pending_MakesANewOneWithItsOwnHash_ThatAnotherPersonApproves()
    {
        using var bench = await Bench.StartAsync();
        var old = await bench.ProposeAsync();

        var edited = Bench.Ok(await EditAsync(bench, old, """{"amount":"100.00 USD"}"""));

        edited.Id.ShouldNotBe(old.Id);
        edited.Hash.ShouldNotBe(old.Hash);
        (edited.Amount, edited.Replaces, edited.RequestedBy).ShouldBe((new Money(10_000, "usd"), old.Id, "frank"));
        (await bench.Book.FindAsync(Bench.Tenant, old.Id, default))!.Status.ShouldBe(ProposalStatus.Replaced);
        Bench.Refused(await bench.TryApproveAsync(old, "fiona")).Code.ShouldBe("already_decided");
        Bench.Refused(await bench.TryApproveAsync(edited)).Code.ShouldBe("self_approval");
        Bench.Ok(await bench.TryApproveAsync(edited, "fiona"));
        (await bench.ExecuteAsync(edited)).Status.ShouldBe(ProposalStatus.Executed);
        bench.Far.Effects.ShouldHaveSingleItem().Amount.AmountMinor.ShouldBe(10_000);
    }

    /// <summary>Even where requesters may approve: an approver who may not request would else decide alone on what they made of it.</summary>
    [Fact]
    public async Task Edit_ByWhoMayApproveAndNotPropose_IsForAnotherApprover()
    {
        using var bench = await Bench.StartAsync();
        bench.Far.Remaining["in_1"] = 50_000;
        var old = await bench.ProposeAsync(r => r with { Operation = "mail_credit" });
        Bench.Refused(await bench.TryProposeAsync(r => r with { Operation = "mail_credit", Step = 2, Requester = bench.Person("frank") })).Code.ShouldBe("not_allowed");
        Bench.Refused(await EditAsync(bench, old, """{"amount":"100.00 USD"}""", "vera")).Code.ShouldBe("not_allowed");

        var edited = Bench.Ok(await EditAsync(bench, old, """{"amount":"100.00 USD"}"""));

        Bench.Refused(await bench.TryApproveAsync(edited)).Code.ShouldBe("self_approval");
        Bench.Ok(await bench.TryApproveAsync(edited, "fiona")).Status.ShouldBe(ProposalStatus.Approved);
    }

    [Fact]
    public async Task Edit_OfAPlaybooksProposal_KeepsWhereItComesFromAndWhoseWordsTheReasonIs()
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText += "\nplaybooks: { monthly: assisted }");
        var evidence = ProposalEvidence.None with { Quotes = [new EvidenceQuote("policy", "refunds.md", "Goodwill", "Up to 120.00")] };
        var old = await bench.ProposeAsync(r => r with { Playbook = "monthly", Evidence = evidence });
        old.ReasonIsAPersons.ShouldBeFalse();

        var edited = Bench.Ok(await EditAsync(bench, old, """{"amount":"100.00 USD"}"""));
        var own = Bench.Ok(await bench.Node.GetRequiredService<ProposalEditor>().EditAsync(
            Bench.Tenant, edited.Id, bench.Person("frank"), edited.Hash, [], null, "Less will do.", default));

        foreach (var next in new[] { edited, own })
        {
            (next.Playbook, next.Evidence.Quotes.Count, next.Cause).ShouldBe(("monthly", 1, old.Cause));
        }

        (edited.Reason, edited.ReasonIsAPersons, edited.Agent).ShouldBe((old.Reason, false, old.Agent));
        (own.Reason, own.ReasonIsAPersons, own.Agent).ShouldBe(("Less will do.", true, "person"));
    }

    [Theory]
    [InlineData("""{"amount":"5.00 USD"}""", true)]
    [InlineData("""{"invoice":"in_1"}""", true)]
    [InlineData("""{"invoice":"in_2"}""", false)]
    public async Task Edit_OfAnUndoing_UndoesOnlyWhileItIsAboutTheSame(string changes, bool undoes)
    {
        using var bench = await Bench.StartAsync();
        var done = await bench.ExecuteAsync(await bench.ApprovedAsync());
        var undoing = await bench.ProposeAsync(r => r with { Operation = "mail_credit", Arguments = Bench.Arguments("in_1", "10.00 USD"), Undoes = done.Id });
        undoing.Undoes.ShouldBe(done.Id);

        Bench.Ok(await EditAsync(bench, undoing, changes, "sam")).Undoes.ShouldBe(undoes ? done.Id : null);
    }

    [Fact]
    public async Task Edit_DecidedOrNotAsShownOrUnfit_ChangesNothing()
    {
        using var bench = await Bench.StartAsync();
        var pending = await bench.ProposeAsync();
        Bench.Refused(await EditAsync(bench, pending with { Hash = new string('0', 64) }, "{}")).Code.ShouldBe("hash_mismatch");
        Bench.Refused(await EditAsync(bench, pending, """{"amount":"9000.00 USD"}""")).Code.ShouldBe("amount_too_large");
        Bench.Refused(await EditAsync(bench, pending, """{"colour":"red"}""")).Code.ShouldBe("unknown_argument");
        Bench.Ok(await bench.TryApproveAsync(pending)).Status.ShouldBe(ProposalStatus.Approved);

        Bench.Refused(await EditAsync(bench, pending, """{"amount":"1.00 USD"}""")).Code.ShouldBe("already_decided");
    }

    [Fact]
    public async Task Edit_WhileSomebodyApproves_OnlyOneOfTheTwoHappens()
    {
        using var bench = await Bench.StartAsync();
        for (var step = 1; step <= 8; step++)
        {
            var old = await bench.ProposeAsync(r => r with { Step = step, Arguments = Bench.Arguments(amount: "1.00 USD") });

            var edit = Task.Run(() => EditAsync(bench, old, """{"amount":"2.00 USD"}"""));
            var approve = Task.Run(() => bench.TryApproveAsync(old, "fiona"));
            var (edited, approved) = (await edit is Outcome<ProposalView>.Ok, await approve is Outcome<ProposalView>.Ok);

            (edited ^ approved).ShouldBeTrue($"edited {edited}, approved {approved}");
        }
    }

    [Fact]
    public async Task Undo_Executed_ProposesTheOtherOperation()
    {
        using var bench = await Bench.StartAsync(b => b.PolicyText = b.PolicyText.Replace("propose: [support, automation]", "propose: [support, finance, automation]"));
        var pending = await bench.ProposeAsync();
        var editor = bench.Node.GetRequiredService<ProposalEditor>();
        Bench.Refused(await editor.UndoAsync(Bench.Tenant, pending.Id, bench.Person("frank"), null, default)).Code.ShouldBe("not_undoable");
        Bench.Ok(await bench.TryApproveAsync(pending));
        await bench.ExecuteAsync(pending);

        // The stand-in for an undoing needs an amount as well, and says so: what is undone is the real operations' own test.
        Bench.Refused(await editor.UndoAsync(Bench.Tenant, pending.Id, bench.Person("frank"), null, default)).Message.ShouldContain("'amount' is missing");
    }

    [Fact]
    public async Task Batch_OneSignature_DecidesEachRowByItself()
    {
        using var bench = await Bench.StartAsync(WithBatches);
        var rows = new List<ProposalView>();
        for (var i = 1; i <= 4; i++)
        {
            rows.Add(await RowAsync(bench, i, i == 3 ? "frank" : "sam"));
        }

        var desk = bench.Node.GetRequiredService<BatchDesk>();
        var opened = Ok(await desk.OpenAsync(Bench.Tenant, rows[0].Cause, bench.Person("frank"), default));
        opened.Rows.Select(r => r.Id).ShouldBe(rows.Select(r => r.Id), ignoreOrder: true);
        opened.Totals.ShouldBe([new Money(4_000, "usd")]);
        foreach (var nobody in new[] { bench.Person("sam"), new Person("mallory", "M", [Roles.Admin]) })
        {
            (await desk.RemoveAsync(Bench.Tenant, opened.Id, [rows[3].Id], nobody, default)).ShouldBeOfType<Outcome<BatchView>.Refused>().Refusal.Code.ShouldBe("not_allowed");
        }

        var shorter = Ok(await desk.RemoveAsync(Bench.Tenant, opened.Id, [rows[3].Id], bench.Person("frank"), default));
        shorter.Hash.ShouldNotBe(opened.Hash);
        (await desk.SignAsync(Bench.Tenant, opened.Id, bench.Person("frank"), opened.Hash, "api", default)).ShouldBeOfType<Outcome<IReadOnlyList<BatchResult>>.Refused>().Refusal.Code.ShouldBe("hash_mismatch");

        var results = (await desk.SignAsync(Bench.Tenant, opened.Id, bench.Person("frank"), shorter.Hash, "api", default)).ShouldBeOfType<Outcome<IReadOnlyList<BatchResult>>.Ok>().Value;

        results.Count.ShouldBe(3);
        results.Single(r => r.ProposalId == rows[2].Id).Why!.Code.ShouldBe("self_approval");
        results.Where(r => r.ProposalId != rows[2].Id).ShouldAllBe(r => r.Status == ProposalStatus.Approved && r.Proposal!.Approvals[0].Source == opened.Id);
        (await bench.Book.FindAsync(Bench.Tenant, rows[3].Id, default))!.Status.ShouldBe(ProposalStatus.Pending);
        (await bench.Audit.ReadAboutAsync(Bench.Tenant, opened.Id, default)).Select(e => e.Kind).ShouldBe(["batch.opened", "batch.rows_removed", "batch.signed"]);
        (await desk.SignAsync(Bench.Tenant, opened.Id, bench.Person("fiona"), shorter.Hash, "api", default)).ShouldBeOfType<Outcome<IReadOnlyList<BatchResult>>.Refused>().Refusal.Code.ShouldBe("already_signed");
    }

    [Fact]
    public async Task Batch_TamperedRow_CantBeSigned()
    {
        using var bench = await Bench.StartAsync(WithBatches);
        var row = await RowAsync(bench, 1, "sam");
        var desk = bench.Node.GetRequiredService<BatchDesk>();
        var opened = Ok(await desk.OpenAsync(Bench.Tenant, row.Cause, bench.Person("frank"), default));
        await using (var db = bench.Open())
        {
            db.Proposals.Single().AmountMinor = 1;
            await db.SaveChangesAsync();
        }

        (await desk.SignAsync(Bench.Tenant, opened.Id, bench.Person("frank"), opened.Hash, "api", default)).ShouldBeOfType<Outcome<IReadOnlyList<BatchResult>>.Refused>().Refusal.Code.ShouldBe("hash_mismatch");
    }

    [Fact]
    public async Task Batch_MoreThanThePolicyLets_TakesTheFirstOnes()
    {
        using var bench = await Bench.StartAsync(b => b.PolicyText = b.PolicyText.Replace("self_approval: false", "self_approval: false\n    batch_rows: 2"));
        for (var i = 1; i <= 3; i++)
        {
            await RowAsync(bench, i, "sam");
        }

        Ok(await bench.Node.GetRequiredService<BatchDesk>().OpenAsync(Bench.Tenant, "credit_invoice/conv_1", bench.Person("frank"), default)).Rows.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("credit_invoice/conv_1", "sam", "not_allowed")]
    [InlineData("credit_invoice/other", "frank", "nothing_pending")]
    [InlineData("mail_credit/conv_1", "frank", "batch_not_allowed")]
    public async Task Batch_NotForEverybodyOrEverything(string cause, string person, string code)
    {
        using var bench = await Bench.StartAsync(WithBatches);
        await RowAsync(bench, 1, "sam");
        await bench.ProposeAsync(r => r with { Operation = "mail_credit" });

        (await bench.Node.GetRequiredService<BatchDesk>().OpenAsync(Bench.Tenant, cause, bench.Person(person), default)).ShouldBeOfType<Outcome<BatchView>.Refused>().Refusal.Code.ShouldBe(code);
    }

    [Theory]
    [InlineData(true, ProposalStatus.Executed)]
    [InlineData(false, ProposalStatus.Failed)]
    public async Task Settle_ByWhoMayApprove_EndsTheUncertainty(bool happened, ProposalStatus expected)
    {
        using var bench = await Bench.StartAsync();
        var proposal = await UncertainAsync(bench);
        var desk = bench.Node.GetRequiredService<ReconcileDesk>();
        Bench.Refused(await desk.SettleAsync(Bench.Tenant, proposal.Id, bench.Person("sam"), happened, null, "I looked.", default)).Code.ShouldBe("not_allowed");
        Bench.Refused(await desk.SettleAsync(Bench.Tenant, proposal.Id, bench.Person("frank"), happened, null, " ", default)).Code.ShouldBe("missing_note");

        var settled = Bench.Ok(await desk.SettleAsync(Bench.Tenant, proposal.Id, bench.Person("frank"), happened, happened ? "cn_9" : null, "I looked in Stripe.", default));

        (settled.Status, settled.ResultText).ShouldBe((expected, "Settled by frank: I looked in Stripe."));
        Bench.Refused(await desk.SettleAsync(Bench.Tenant, proposal.Id, bench.Person("frank"), happened, null, "Again.", default)).Code.ShouldBe("not_uncertain");
        (await bench.Executor.RecoverAsync(Bench.Tenant, default)).ShouldBe(0);
        (await bench.Audit.ReadAboutAsync(Bench.Tenant, proposal.Id, default))[^1].Kind.ShouldBe("execution.settled");
    }

    [Fact]
    public async Task LookAgain_FindsTheEffectThatCameLate()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await UncertainAsync(bench);
        var desk = bench.Node.GetRequiredService<ReconcileDesk>();
        Bench.Refused(await desk.LookAgainAsync(Bench.Tenant, proposal.Id, bench.Person("frank"), default)).Code.ShouldBe("not_found_yet");
        bench.Far.Effects.Add(("late", proposal.Id, "in_1", new Money(12_000, "usd")));

        Bench.Ok(await desk.LookAgainAsync(Bench.Tenant, proposal.Id, bench.Person("frank"), default)).Status.ShouldBe(ProposalStatus.Executed);
    }

    [Fact]
    public async Task Cap_OfAFailedExecution_IsFreeAgain()
    {
        using var bench = await Bench.StartAsync();
        var first = await bench.ApprovedAsync(r => r with { Arguments = Bench.Arguments(amount: "200.00 USD") });
        var second = await bench.ProposeAsync(r => r with { Step = 2, Arguments = Bench.Arguments("in_2") });
        Bench.Refused(await bench.TryApproveAsync(second, "ada")).Code.ShouldBe("cap_exceeded");
        bench.Far.Before = _ => Task.FromResult(bench.Far.Remaining["in_1"] = 1);
        (await bench.ExecuteAsync(first)).Status.ShouldBe(ProposalStatus.Failed);

        Bench.Ok(await bench.TryApproveAsync(second, "ada"));
    }

    private static async Task<ProposalView> UncertainAsync(Bench bench)
    {
        var proposal = await ExecutionRecoveryTests.CrashAsync(bench, afterEffect: false);
        bench.Time.Advance(TimeSpan.FromHours(25));
        await bench.Executor.RecoverAsync(Bench.Tenant, default);
        bench.Far.Before = _ => Task.CompletedTask;
        return proposal;
    }

    private static void WithBatches(Bench bench) => bench.PolicyText = bench.PolicyText.Replace("self_approval: false", "self_approval: false\n    batch_rows: 10");

    private static Task<ProposalView> RowAsync(Bench bench, int step, string person)
    {
        bench.Far.Remaining[$"in_{200 + step}"] = 50_000;
        bench.Far.CustomerOf[$"in_{200 + step}"] = $"cus_{200 + step}";
        return bench.ProposeAsync(r => r with { Step = step, Requester = bench.Person(person), Arguments = Bench.Arguments($"in_{200 + step}", "10.00 USD") });
    }

    private static Task<Outcome<ProposalView>> EditAsync(Bench bench, ProposalView old, string changes, string person = "frank") => bench.Node.GetRequiredService<ProposalEditor>()
        .EditAsync(Bench.Tenant, old.Id, bench.Person(person), old.Hash, JsonNode.Parse(changes)!.AsObject(), null, null, default);

    private static BatchView Ok(Outcome<BatchView> outcome) => outcome.ShouldBeOfType<Outcome<BatchView>.Ok>().Value;
}
