using BillingCopilot.Governance;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>A customer's money of different kinds is one sum for the second person, and the card says why.</summary>
public sealed class SecondApproverTests
{
    private const string GiveBackPolicy = """

          give_back:
            propose: [support, finance, admin]
            approve: [finance, admin]
            self_approval: false
            expiry: 24h
            second_approver_above: { usd: "200.00" }
            caps: none
        """;

    [Fact]
    public async Task Approve_KindsOfMoneyEachBelowTheThreshold_NeedTwoPeopleTogether()
    {
        using var bench = await StartAsync();
        var first = await bench.ApprovedAsync();
        await bench.ExecuteAsync(first);
        var second = await bench.ProposeAsync(r => r with { Operation = "give_back", Step = 2, Arguments = Bench.Arguments("in_2", "100.00 USD") });
        second.SecondApprover.ShouldBe("With $120.00 approved for this customer within 24 hours or still waiting (credit_invoice) it comes to $220.00, more than $200.00, above which two people approve.");

        var half = Bench.Ok(await bench.TryApproveAsync(second));
        (half.Status, half.SecondApprover).ShouldBe((ProposalStatus.Pending, second.SecondApprover));
        (await bench.ExecuteAsync(second)).Status.ShouldBe(ProposalStatus.Pending);
        var whole = Bench.Ok(await bench.TryApproveAsync(second, "fiona"));
        (whole.Status, whole.SecondApprover).ShouldBe((ProposalStatus.Approved, null));
        (await bench.ExecuteAsync(second)).Status.ShouldBe(ProposalStatus.Executed);
    }

    [Fact]
    public async Task Approve_WhatMovesNoMoneyOrIsAnothersOrADayOld_DoesNotCount()
    {
        using var bench = await StartAsync();
        (bench.Far.Remaining["in_3"], bench.Far.CustomerOf["in_3"]) = (50_000, "cus_other");
        Bench.Ok(await bench.TryApproveAsync(await bench.ProposeAsync(r => r with { Operation = "mail_credit", Arguments = Bench.Arguments("in_2", "150.00 USD") }), "frank")).Status.ShouldBe(ProposalStatus.Approved);
        Bench.Ok(await bench.TryApproveAsync(await bench.ProposeAsync(r => r with { Step = 2, Arguments = Bench.Arguments("in_3", "150.00 USD") }))).Status.ShouldBe(ProposalStatus.Approved);
        await bench.ExecuteAsync(await bench.ApprovedAsync(r => r with { Step = 3 }));
        bench.Time.Advance(TimeSpan.FromHours(24));

        var alone = await bench.ProposeAsync(r => r with { Operation = "give_back", Step = 4, Arguments = Bench.Arguments("in_2", "100.00 USD") });

        alone.SecondApprover.ShouldBeNull();
        Bench.Ok(await bench.TryApproveAsync(alone)).Status.ShouldBe(ProposalStatus.Approved);
    }

    /// <summary>What had only its first approval then, and its second one later, was not approved before.</summary>
    [Fact]
    public async Task Execute_AfterALargeOneGotItsSecondApproval_StandsByWhatWasApprovedBefore()
    {
        using var bench = await StartAsync();
        bench.Far.Remaining["in_2"] = 100_000;
        var large = await bench.ProposeAsync(r => r with { Operation = "give_back", Step = 2, Arguments = Bench.Arguments("in_2", "300.00 USD") });
        Bench.Ok(await bench.TryApproveAsync(large)).Status.ShouldBe(ProposalStatus.Pending);
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        var small = await bench.ApprovedAsync();
        small.Status.ShouldBe(ProposalStatus.Approved);
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        Bench.Ok(await bench.TryApproveAsync(large, "fiona")).Status.ShouldBe(ProposalStatus.Approved);

        (await bench.ExecuteAsync(small)).Status.ShouldBe(ProposalStatus.Executed);
        (await bench.ExecuteAsync(large)).Status.ShouldBe(ProposalStatus.Executed);
    }

    [Fact]
    public async Task Approve_TwoKindsAtOnceOnTwoNodes_OneOfThemWaitsForASecondPerson()
    {
        using var bench = await StartAsync();
        var other = bench.Restart();
        var credit = await bench.ProposeAsync();
        var back = await bench.ProposeAsync(r => r with { Operation = "give_back", Step = 2, Arguments = Bench.Arguments("in_2") });

        var outcomes = await Task.WhenAll(
            Task.Run(() => bench.TryApproveAsync(credit)),
            Task.Run(() => other.GetRequiredService<DecisionDesk>().ApproveAsync(Bench.Tenant, back.Id, bench.Person("fiona"), back.Hash, "api", default)));

        outcomes.Select(o => Bench.Ok(o).Status).Order().ShouldBe([ProposalStatus.Pending, ProposalStatus.Approved]);
    }

    [Theory]
    [InlineData("600.00 USD", "$600.00 is more than $200.00, above which two people approve.")]
    [InlineData("1.00 EUR", "The policy names no amount of EUR up to which one person is enough.")]
    [InlineData("200.00 USD", null)]
    public async Task Propose_SaysOnTheCardWhyTwoPeopleHaveToApprove(string amount, string? why)
    {
        using var bench = await StartAsync();
        bench.Far.Remaining["in_2"] = 100_000;

        (await bench.ProposeAsync(r => r with { Operation = "give_back", Arguments = Bench.Arguments("in_2", amount) })).SecondApprover.ShouldBe(why);
    }

    private static Task<Bench> StartAsync() => Bench.StartAsync(b =>
    {
        b.PolicyText += GiveBackPolicy;
        b.RolloutText = "operations: { credit_invoice: assisted, mail_credit: assisted, give_back: assisted }";
        b.More = services => services.AddOperation<GiveBack, CreditArguments>();
    });
}
