using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Storage;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>Phases, segments, standing approvals, the breaker and the kill switch.</summary>
public sealed class ControlsTests
{
    private const string Automated = "operations: { credit_invoice: automated, mail_credit: automated }\n";

    [Fact]
    public async Task Stop_OneOperation_StopsItOnEveryNodeAtOnceAndLeavesOthers()
    {
        using var bench = await Bench.StartAsync();
        var switches = bench.Node.GetRequiredService<KillSwitches>();
        bench.Restart();

        await switches.SetAsync(Bench.Tenant, "credit_invoice", stop: true, bench.Person("olivia"), "Wrong amounts", default);

        Bench.Refused(await bench.TryProposeAsync()).Message.ShouldBe("credit_invoice was stopped by olivia: Wrong amounts.");
        Bench.Ok(await bench.TryProposeAsync(r => r with { Operation = "mail_credit" }));
    }

    [Fact]
    public async Task Release_IsForAdmins_AndLetsItGoOn()
    {
        using var bench = await Bench.StartAsync();
        var switches = bench.Node.GetRequiredService<KillSwitches>();
        await switches.SetAsync(Bench.Tenant, KillSwitches.Everything, stop: true, bench.Person("frank"), null, default);

        (await switches.SetAsync(Bench.Tenant, KillSwitches.Everything, stop: false, bench.Person("frank"), null, default)).ShouldBeOfType<Outcome<KillSwitchView>.Refused>();
        (await switches.SetAsync(Bench.Tenant, KillSwitches.Everything, stop: false, bench.Person("ada"), null, default)).ShouldBeOfType<Outcome<KillSwitchView>.Ok>();

        Bench.Ok(await bench.TryProposeAsync());
        (await bench.Audit.ReadAboutAsync(Bench.Tenant, "*", default)).Select(e => e.Kind).ShouldBe(["switch.stopped", "switch.released"]);
    }

    [Theory]
    [InlineData("credit_everything", "ada", "unknown_operation")]
    [InlineData("*", "sam", "not_allowed")]
    [InlineData("*", "vera", "not_allowed")]
    public async Task Stop_UnknownOperationOrRole_IsRefused(string operation, string person, string code)
    {
        using var bench = await Bench.StartAsync();

        var outcome = await bench.Node.GetRequiredService<KillSwitches>().SetAsync(Bench.Tenant, operation, stop: true, bench.Person(person), null, default);

        outcome.ShouldBeOfType<Outcome<KillSwitchView>.Refused>().Refusal.Code.ShouldBe(code);
    }

    [Fact]
    public async Task Stop_BetweenApprovalAndCall_SendsNothing()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        await bench.Node.GetRequiredService<KillSwitches>().SetAsync(Bench.Tenant, KillSwitches.Everything, stop: true, bench.Person("ada"), null, default);

        (await bench.ExecuteAsync(proposal)).ResultText!.ShouldContain("Everything was stopped by ada");
        bench.Far.Sent.ShouldBeEmpty();
    }

    /// <summary>The switch is thrown on another node while this one waits for the far side: the call that was about to leave does not.</summary>
    [Fact]
    public async Task Stop_WhileTheStateIsReadAgain_SendsNothing()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        var executor = bench.Executor;
        var other = bench.Restart().GetRequiredService<KillSwitches>();
        bench.Far.OnRead = () => other.SetAsync(Bench.Tenant, "credit_invoice", stop: true, bench.Person("olivia"), null, default).GetAwaiter().GetResult();

        var view = await executor.ExecuteAsync(Bench.Tenant, proposal.Id, default);

        (view.Status, view.ResultText!.Contains("was stopped by olivia", StringComparison.Ordinal)).ShouldBe((ProposalStatus.Stale, true));
        bench.Far.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stop_BetweenTwoAttempts_SendsNoSecondOne()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        bench.Far.Before = _ =>
        {
            bench.Node.GetRequiredService<KillSwitches>().SetAsync(Bench.Tenant, KillSwitches.Everything, stop: true, bench.Person("ada"), null, default).GetAwaiter().GetResult();
            throw new IOException("lost");
        };

        var view = await bench.ExecuteAsync(proposal);

        (view.Status, bench.Far.Sent.Count, bench.Far.Effects.Count).ShouldBe((ProposalStatus.NeedsReconcile, 1, 0));
    }

    [Fact]
    public async Task Standing_WithinItsTerms_MintsAnApprovalOfThatHash()
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = Automated);
        var standing = await SignAsync(bench);
        var proposal = await bench.ProposeAsync();

        var approved = await bench.Node.GetRequiredService<StandingDesk>().TryApproveAsync(Bench.Tenant, proposal, default);

        approved!.Status.ShouldBe(ProposalStatus.Approved);
        var approval = approved.Approvals.ShouldHaveSingleItem();
        (approval.Person, approval.Channel, approval.Source).ShouldBe(("frank", "standing", standing.Id));
        (await bench.ExecuteAsync(approved)).Status.ShouldBe(ProposalStatus.Executed);
        await using var db = bench.Open();
        db.Approvals.Single().Hash.ShouldBe(proposal.Hash);
    }

    public static TheoryData<string, Action<Bench>, Func<ProposeRequest, ProposeRequest>> Outside => new()
    {
        { "assisted only", b => b.RolloutText = "operations: { credit_invoice: assisted }", r => r },
        { "another playbook", b => { }, r => r with { Playbook = "other" } },
        { "a read-only playbook", b => b.RolloutText = Automated + "playbooks: { monthly: assisted }", r => r with { Playbook = "monthly" } },
        { "more than one use", b => { }, r => r with { Arguments = Bench.Arguments(amount: "150.01 USD") } },
        { "another currency", b => { }, r => r with { Arguments = Bench.Arguments(amount: "1.00 EUR") } },
        { "the signer asked for it", b => { }, r => r with { Requester = AsFrank(r) } },
    };

    [Theory]
    [MemberData(nameof(Outside))]
    public async Task Standing_OutsideItsTerms_LeavesItToPeople(string what, Action<Bench> prepare, Func<ProposeRequest, ProposeRequest> change)
    {
        using var bench = await Bench.StartAsync(b =>
        {
            b.RolloutText = Automated;
            prepare(b);
        });
        await SignAsync(bench, playbook: what.Contains("playbook", StringComparison.Ordinal) ? "monthly" : null);
        var proposal = await bench.ProposeAsync(change);

        (await bench.Node.GetRequiredService<StandingDesk>().TryApproveAsync(Bench.Tenant, proposal, default)).ShouldBeNull();

        (await bench.Book.FindAsync(Bench.Tenant, proposal.Id, default))!.Status.ShouldBe(ProposalStatus.Pending);
    }

    [Fact]
    public async Task Standing_UsedUpRevokedOrExpired_LeavesItToPeople()
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = Automated);
        var desk = bench.Node.GetRequiredService<StandingDesk>();
        var standing = await SignAsync(bench, uses: 1);
        var first = (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 1), default)).ShouldNotBeNull();
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 2), default)).ShouldBeNull("one use a day");

        bench.Time.Advance(TimeSpan.FromHours(25));
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 6), default)).ShouldBeNull("approved and not done counts until it is");
        (await bench.ExecuteAsync(first)).Status.ShouldBe(ProposalStatus.Stale);
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 3), default)).ShouldNotBeNull("the next day");
        bench.Time.Advance(TimeSpan.FromHours(25));
        await desk.RevokeAsync(Bench.Tenant, standing.Id, bench.Person("frank"), default);
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 4), default)).ShouldBeNull("revoked");
        await SignAsync(bench, days: 1);
        bench.Time.Advance(TimeSpan.FromDays(2));
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 5), default)).ShouldBeNull("expired");
    }

    [Fact]
    public async Task Standing_TermsChangedInTheDatabase_CountForNothing()
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = Automated);
        await SignAsync(bench);
        await using (var db = bench.Open())
        {
            db.StandingApprovals.Single().PerUse = 1_000_000;
            await db.SaveChangesAsync();
        }

        (await bench.Node.GetRequiredService<StandingDesk>().TryApproveAsync(Bench.Tenant, await bench.ProposeAsync(), default)).ShouldBeNull();
    }

    [Theory]
    [InlineData("automated", null)]
    [InlineData("assisted", "It decides nothing yet: rollout.yaml does not have credit_invoice as automated.")]
    public async Task Sign_WhereThePhaseIsLess_SaysThatItDecidesNothingYet(string phase, string? note)
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = $"operations: {{ credit_invoice: {phase} }}");

        (await SignAsync(bench)).Note.ShouldBe(note);
    }

    /// <summary>What moves money or can't be undone is bounded by an amount, or not automated at all.</summary>
    [Fact]
    public async Task Standing_OverMoneyWithoutAnAmount_IsRefused()
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = "operations: { credit_invoice: automated }");
        var terms = new StandingRequest("credit_invoice", null, null, null, null, 1, bench.Time.GetUtcNow().AddDays(1));
        var outcome = await bench.Node.GetRequiredService<StandingDesk>().SignAsync(Bench.Tenant, terms, bench.Person("frank"), "api", default);
        outcome.ShouldBeOfType<Outcome<StandingApproval>.Refused>().Refusal.Message.ShouldContain("per_use and per_day must bound it");

        await SignAsync(bench);
        var proposal = await bench.ProposeAsync();
        await using var db = bench.Open();
        await db.Proposals.ExecuteUpdateAsync(p => p.SetProperty(r => r.AmountMinor, (long?)null).SetProperty(r => r.Currency, (string?)null));
        var row = await db.Proposals.AsNoTracking().SingleAsync();
        await using var transaction = await db.BeginAsync(default);
        var standing = await db.StandingApprovals.SingleAsync();

        (await bench.Node.GetRequiredService<StandingTerms>().RefuseUseAsync(db, standing.Id, row, bench.Time.GetUtcNow(), default))!.Code.ShouldBe("standing_amount");
        proposal.Status.ShouldBe(ProposalStatus.Pending);
    }

    [Fact]
    public async Task Sign_WithoutTheApproversRole_IsRefused()
    {
        using var bench = await Bench.StartAsync();
        var terms = new StandingRequest("credit_invoice", null, null, null, null, 1, bench.Time.GetUtcNow().AddDays(1));

        var outcome = await bench.Node.GetRequiredService<StandingDesk>().SignAsync(Bench.Tenant, terms, bench.Person("sam"), "api", default);

        outcome.ShouldBeOfType<Outcome<StandingApproval>.Refused>().Refusal.Code.ShouldBe("not_allowed");
    }

    [Theory]
    [InlineData("rejections")]
    [InlineData("failures")]
    [InlineData("spend")]
    [InlineData("anomaly")]
    public async Task Breaker_Trips_FallsBackToPeople_AndHalfOpensAfterAWhile(string cause)
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = Automated + "breaker: { failures: 3, least: 5, rejection_rate: 0.5, anomaly_factor: 5, spend: { usd: \"4.00\" } }");
        var desk = bench.Node.GetRequiredService<StandingDesk>();
        await SignAsync(bench);
        await PrepareAsync(bench, cause);
        var next = await PartAsync(bench, 50, cause == "anomaly" ? "30.00 USD" : "1.00 USD");

        (await desk.TryApproveAsync(Bench.Tenant, next, default)).ShouldBeNull();

        (await StateAsync(bench)).ShouldBe(("open", cause));
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 51, "1.00 USD"), default)).ShouldBeNull("still open");
        bench.Time.Advance(TimeSpan.FromMinutes(61));
        var trial = await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 52, "1.00 USD"), default);
        trial.ShouldNotBeNull("one use on trial");
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 53, "1.00 USD"), default)).ShouldBeNull("one only");
        (await bench.ExecuteAsync(trial)).Status.ShouldBe(ProposalStatus.Executed);
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 54, "1.00 USD"), default)).ShouldNotBeNull("closed again");
    }

    /// <summary>What trips it for its amount is neither the trial nor what closes behind one: a person confirms it.</summary>
    [Fact]
    public async Task Breaker_AmountFarAboveTheUsual_IsNeitherTheTrialNorTheUseAfterIt()
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = Automated + "breaker: { anomaly_factor: 5, least: 5 }");
        var desk = bench.Node.GetRequiredService<StandingDesk>();
        await SignAsync(bench);
        await PrepareAsync(bench, "anomaly");
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 50, "30.00 USD"), default)).ShouldBeNull();

        bench.Time.Advance(TimeSpan.FromMinutes(61));
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 51, "30.00 USD"), default)).ShouldBeNull("no trial");
        (await StateAsync(bench)).ShouldBe(("open", "anomaly"));

        // Outside the terms, so half open and without a trial.
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 52, "1.00 EUR"), default)).ShouldBeNull();
        (await StateAsync(bench)).ShouldBe(("half_open", "anomaly"));
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 53, "30.00 USD"), default)).ShouldBeNull("no trial of a half-open one");
        (await StateAsync(bench)).ShouldBe(("open", "anomaly"));

        bench.Time.Advance(TimeSpan.FromMinutes(61));
        var trial = await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 54, "1.00 USD"), default);
        (await bench.ExecuteAsync(trial!)).Status.ShouldBe(ProposalStatus.Executed);
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 55, "30.00 USD"), default)).ShouldBeNull("the use after the trial");
        (await StateAsync(bench)).ShouldBe(("open", "anomaly"));
    }

    /// <summary>Another node half-opens the breaker between the look at it and the use.</summary>
    [Fact]
    public async Task Standing_AmountFarAboveTheUsual_IsRefusedHoweverTheBreakerStands()
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = Automated + "breaker: { anomaly_factor: 5, least: 5 }");
        await PrepareAsync(bench, "anomaly");
        var standing = await SignAsync(bench);
        var proposal = await PartAsync(bench, 50, "30.00 USD");
        await using var db = bench.Open();
        await using var transaction = await db.BeginAsync(default);
        var row = await db.Proposals.AsNoTracking().SingleAsync(p => p.Id == proposal.Id);

        (await bench.Node.GetRequiredService<StandingTerms>().RefuseUseAsync(db, standing.Id, row, bench.Time.GetUtcNow(), default))!.Code.ShouldBe("breaker_open");
    }

    /// <summary>What was proposed days ago and comes true today counts today, as failure and as spending.</summary>
    [Theory]
    [InlineData("failures")]
    [InlineData("spend")]
    public async Task Breaker_WhatWaitedForItsDay_CountsOnThatDay(string cause)
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = Automated + "breaker: { failures: 3, spend: { usd: \"2.50\" } }");
        var desk = bench.Node.GetRequiredService<StandingDesk>();
        await SignAsync(bench);
        var due = bench.Time.GetUtcNow().AddDays(2);
        var waiting = new List<ProposalView>();
        for (var i = 0; i < 4; i++)
        {
            waiting.Add((await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, i, notBefore: due), default)).ShouldNotBeNull());
        }

        bench.Time.Advance(TimeSpan.FromDays(2));
        foreach (var part in waiting.Take(3))
        {
            bench.Far.Before = _ => Task.FromResult(cause == "failures" ? bench.Far.Remaining[part.Target.Id] = 0 : 0);
            (await bench.ExecuteAsync(part)).Status.ShouldBe(cause == "failures" ? ProposalStatus.Failed : ProposalStatus.Executed);
        }

        // Nothing new was proposed meanwhile.
        var last = await bench.ExecuteAsync(waiting[3]);
        (last.Status, last.ResultText!.Contains("Automation of credit_invoice is off", StringComparison.Ordinal)).ShouldBe((ProposalStatus.Stale, true));
        (await StateAsync(bench)).ShouldBe(("open", cause));
        bench.Far.Effects.Count.ShouldBe(cause == "failures" ? 0 : 3);
        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 10), default)).ShouldBeNull();
    }

    [Fact]
    public async Task Breaker_HalfOpen_OnlyTheTrialIsSent()
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = Automated + "breaker: { failures: 3 }");
        var desk = bench.Node.GetRequiredService<StandingDesk>();
        await SignAsync(bench);
        var before = await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 40), default);
        await PrepareAsync(bench, "failures");
        await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 50), default);
        bench.Time.Advance(TimeSpan.FromMinutes(61));
        var trial = await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 51), default);

        (await bench.ExecuteAsync(before!)).Status.ShouldBe(ProposalStatus.Stale);
        (await bench.ExecuteAsync(trial!)).Status.ShouldBe(ProposalStatus.Executed);
    }

    /// <summary>Between the approval that was minted and its day the ground for it goes away.</summary>
    [Theory]
    [InlineData("the operation is assisted again")]
    [InlineData("the playbook is assisted again")]
    [InlineData("the customer left the segment")]
    public async Task Standing_GroundGoneBeforeItsDay_GoesStale(string what)
    {
        const string rollout = "operations: { credit_invoice: automated }\nplaybooks: { monthly: automated }\nsegments: { beta: { tags: [beta] } }";
        var customers = new Known(new CustomerFacts([], null, null, ["beta"]));
        using var bench = await Bench.StartAsync(b => (b.RolloutText, b.Customers) = (rollout, customers));
        var terms = new StandingRequest("credit_invoice", "monthly", "beta", new Money(15_000, "usd"), new Money(60_000, "usd"), 5, bench.Time.GetUtcNow().AddDays(30));
        (await bench.Node.GetRequiredService<StandingDesk>().SignAsync(Bench.Tenant, terms, bench.Person("frank"), "cli", default)).ShouldBeOfType<Outcome<StandingApproval>.Ok>();
        var proposal = await bench.ProposeAsync(r => r with { Playbook = "monthly", NotBefore = bench.Time.GetUtcNow().AddDays(1) });
        (await bench.Node.GetRequiredService<StandingDesk>().TryApproveAsync(Bench.Tenant, proposal, default)).ShouldNotBeNull();

        bench.RolloutText = what switch
        {
            "the operation is assisted again" => rollout.Replace("credit_invoice: automated", "credit_invoice: assisted"),
            "the playbook is assisted again" => rollout.Replace("monthly: automated", "monthly: assisted"),
            _ => rollout,
        };
        customers.Facts = what == "the customer left the segment" ? new CustomerFacts([], null, null, []) : customers.Facts;
        bench.Restart();
        bench.Time.Advance(TimeSpan.FromDays(1));
        var view = await bench.ExecuteAsync(proposal);

        (view.Status, bench.Far.Sent.Count).ShouldBe((ProposalStatus.Stale, 0));
        view.ResultText!.ShouldContain(what == "the customer left the segment" ? "not known to be of the segment beta" : "is not automated");
    }

    [Fact]
    public async Task Breaker_TrialFails_OpensAgain()
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = Automated + "breaker: { failures: 3 }");
        var desk = bench.Node.GetRequiredService<StandingDesk>();
        await SignAsync(bench);
        await PrepareAsync(bench, "failures");
        await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 50, "1.00 USD"), default);
        bench.Time.Advance(TimeSpan.FromMinutes(61));
        var trial = await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 51, "1.00 USD"), default);
        bench.Far.Before = _ => Task.FromResult(bench.Far.Remaining[trial!.Target.Id] = 0);
        (await bench.ExecuteAsync(trial!)).Status.ShouldBe(ProposalStatus.Failed);

        (await desk.TryApproveAsync(Bench.Tenant, await PartAsync(bench, 52, "1.00 USD"), default)).ShouldBeNull();

        (await StateAsync(bench)).ShouldBe(("open", "trial"));
    }

    [Fact]
    public async Task Breaker_Open_PeopleConfirmAsAlways()
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = Automated + "breaker: { failures: 1 }");
        await SignAsync(bench);
        await PrepareAsync(bench, "failures");
        var proposal = await PartAsync(bench, 50, "1.00 USD");
        await bench.Node.GetRequiredService<StandingDesk>().TryApproveAsync(Bench.Tenant, proposal, default);

        Bench.Ok(await bench.TryApproveAsync(proposal, "fiona")).Status.ShouldBe(ProposalStatus.Approved);
    }

    public static TheoryData<string, CustomerFacts?, bool> Facts => new()
    {
        { "of the segment", new CustomerFacts(["Starter"], "DE", new Money(10_000, "eur"), ["beta", "vip"]), true },
        { "another plan", new CustomerFacts(["Scale"], "DE", new Money(10_000, "eur"), ["beta"]), false },
        { "another country", new CustomerFacts(["Starter"], "US", new Money(10_000, "eur"), ["beta"]), false },
        { "no country", new CustomerFacts(["Starter"], null, new Money(10_000, "eur"), ["beta"]), false },
        { "too large", new CustomerFacts(["Starter"], "DE", new Money(50_000, "eur"), ["beta"]), false },
        { "another currency", new CustomerFacts(["Starter"], "DE", new Money(100, "usd"), ["beta"]), false },
        { "no tag", new CustomerFacts(["Starter"], "DE", new Money(10_000, "eur"), []), false },
        { "unread", null, false },
    };

    [Theory]
    [MemberData(nameof(Facts))]
    public async Task Segment_OnlyItsCustomersAreLet(string what, CustomerFacts? facts, bool let)
    {
        using var bench = await Bench.StartAsync(b =>
        {
            b.Customers = new Known(facts);
            b.RolloutText = """
                operations: { credit_invoice: { phase: assisted, segments: [small_german] } }
                segments: { small_german: { plans: [Starter], countries: [DE], tags: [beta], mrr_below: { eur: "500.00" } } }
                """;
        });

        var outcome = await bench.TryProposeAsync();

        (outcome is Outcome<ProposalView>.Ok).ShouldBe(let, what);
        if (!let)
        {
            Bench.Refused(outcome).Code.ShouldBe("read_only");
        }
    }

    [Theory]
    [InlineData("automated", "automated", RolloutPhase.Automated)]
    [InlineData("automated", "assisted", RolloutPhase.Assisted)]
    [InlineData("assisted", "automated", RolloutPhase.Assisted)]
    [InlineData("assisted", "read_only", RolloutPhase.ReadOnly)]
    public async Task Phase_OfPlaybookAndOperation_TheLesserCounts(string operation, string playbook, RolloutPhase phase)
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = $"operations: {{ credit_invoice: {operation} }}\nplaybooks: {{ monthly: {playbook} }}");
        var plan = bench.Node.GetRequiredService<RolloutPlan>();

        plan.PhaseOf("credit_invoice", "monthly").ShouldBe(phase);
        plan.PhaseOf("credit_invoice", "unlisted").ShouldBe(RolloutPhase.ReadOnly);
        plan.PhaseOf("credit_invoice", null).ToString().ToLowerInvariant().ShouldBe(operation);
    }

    private static async Task<StandingApproval> SignAsync(Bench bench, string? playbook = null, int uses = 20, int days = 30)
    {
        var terms = new StandingRequest("credit_invoice", playbook, null, new Money(15_000, "usd"), new Money(60_000, "usd"), uses, bench.Time.GetUtcNow().AddDays(days));
        var signed = await bench.Node.GetRequiredService<StandingDesk>().SignAsync(Bench.Tenant, terms, bench.Person("frank"), "cli", default);
        return signed.ShouldBeOfType<Outcome<StandingApproval>.Ok>().Value;
    }

    private static Task<ProposalView> PartAsync(Bench bench, int step, string amount = "1.00 USD", DateTimeOffset? notBefore = null)
    {
        bench.Far.Remaining[$"in_{1000 + step}"] = 50_000;
        bench.Far.CustomerOf[$"in_{1000 + step}"] = $"cus_{1000 + step}";
        return bench.ProposeAsync(r => r with { Step = step, Arguments = Bench.Arguments($"in_{1000 + step}", amount), NotBefore = notBefore });
    }

    /// <summary>Five decisions that people make, of which enough go wrong.</summary>
    private static async Task PrepareAsync(Bench bench, string cause)
    {
        for (var i = 0; i < 5; i++)
        {
            var part = await PartAsync(bench, i, cause == "spend" ? "1.00 USD" : "0.50 USD");
            if (cause == "rejections" && i < 3)
            {
                await bench.Desk.RejectAsync(Bench.Tenant, part.Id, bench.Person("fiona"), part.Hash, "api", "No.", default);
                continue;
            }

            Bench.Ok(await bench.TryApproveAsync(part, "fiona"));
            if (cause == "failures")
            {
                bench.Far.Before = _ => Task.FromResult(bench.Far.Remaining[part.Target.Id] = 0);
            }

            await bench.ExecuteAsync(part);
        }

        bench.Far.Before = _ => Task.CompletedTask;
    }

    private static async Task<(string State, string Cause)> StateAsync(Bench bench) =>
        (await bench.Node.GetRequiredService<Breakers>().ListAsync(Bench.Tenant, default)).Select(b => (b.State, b.Cause)).ShouldHaveSingleItem();

    private static BillingCopilot.Governance.People.Person AsFrank(ProposeRequest request) => request.Requester with { Id = "frank" };

    private sealed class Known(CustomerFacts? facts) : ICustomerFactsReader
    {
        public CustomerFacts? Facts { get; set; } = facts;

        public Task<Outcome<CustomerFacts>> ReadAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken) =>
            Task.FromResult<Outcome<CustomerFacts>>(Facts is null ? new Refusal("stripe_unreachable", "Stripe could not be reached.") : Facts);
    }
}
