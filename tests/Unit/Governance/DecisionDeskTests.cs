using BillingCopilot.Billing;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

public sealed class DecisionDeskTests
{
    [Fact]
    public async Task Approve_ByFinance_BindsPersonRoleAndChannel()
    {
        using var bench = await Bench.StartAsync();

        var view = await bench.ApprovedAsync();

        view.Status.ShouldBe(ProposalStatus.Approved);
        view.Approvals.ShouldHaveSingleItem().ShouldBe(new ApprovalView("frank", "finance", "approved", "console", bench.Time.GetUtcNow(), null));
        (await bench.Audit.ReadAboutAsync(Bench.Tenant, view.Id, default)).Select(e => e.Kind).ShouldBe(["proposal.created", "approval.recorded"]);
    }

    [Theory]
    [InlineData("vera")]
    [InlineData("sam")]
    [InlineData("olivia")]
    public async Task Approve_RoleMayNot_IsRefusedSayingWhoMay(string person)
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();

        var refusal = Bench.Refused(await bench.TryApproveAsync(proposal, person));

        refusal.Code.ShouldBe("not_allowed");
        refusal.Remedy!.ShouldContain("finance, admin");
    }

    [Fact]
    public async Task Approve_ClaimedRoles_DontCount()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();

        foreach (var claimed in new[] { new Person("sam", "Sam", [Roles.Admin]), new Person("mallory", "M", [Roles.Admin]), Person.Automation })
        {
            Bench.Refused(await bench.Desk.ApproveAsync(Bench.Tenant, proposal.Id, claimed, proposal.Hash, "api", default)).Code.ShouldBe("not_allowed");
        }
    }

    [Fact]
    public async Task Approve_OwnProposal_IsRefused()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync(r => r with { Requester = bench.Person("frank") });

        Bench.Refused(await bench.TryApproveAsync(proposal, "frank")).Code.ShouldBe("self_approval");
        Bench.Ok(await bench.TryApproveAsync(proposal, "fiona")).Status.ShouldBe(ProposalStatus.Approved);
    }

    [Fact]
    public async Task Approve_AnotherHash_IsRefused()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();

        Bench.Refused(await bench.TryApproveAsync(proposal with { Hash = new string('0', 64) })).Code.ShouldBe("hash_mismatch");
    }

    [Fact]
    public async Task Approve_RowChangedBehindOurBack_IsRefused()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();
        await using var db = bench.Open();
        await db.Proposals.ExecuteUpdateAsync(p => p.SetProperty(r => r.Arguments, """{"amount":{"amount":49999,"currency":"usd"},"invoice":"in_1"}"""));

        Bench.Refused(await bench.TryApproveAsync(proposal)).Code.ShouldBe("hash_mismatch");
    }

    [Fact]
    public async Task Approve_OtherMode_IsRefused()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();

        Bench.Refused(await bench.Desk.ApproveAsync(Bench.Tenant with { Livemode = true }, proposal.Id, bench.Person("frank"), proposal.Hash, "api", default)).Code.ShouldBe("mode_mismatch");
    }

    [Fact]
    public async Task Approve_OtherTenant_FindsNothing()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();

        Bench.Refused(await bench.Desk.ApproveAsync(Bench.OtherTenant, proposal.Id, bench.Person("frank"), proposal.Hash, "api", default)).Code.ShouldBe("not_found");
    }

    [Fact]
    public async Task Approve_AfterExpiry_IsRefused()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();
        bench.Time.Advance(TimeSpan.FromHours(24));

        Bench.Refused(await bench.TryApproveAsync(proposal)).Code.ShouldBe("expired");
        (await bench.Book.FindAsync(Bench.Tenant, proposal.Id, default))!.Status.ShouldBe(ProposalStatus.Expired);
    }

    [Fact]
    public async Task Approve_SecondTime_SaysWhoAndWhen()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();

        var refusal = Bench.Refused(await bench.TryApproveAsync(proposal, "fiona"));

        refusal.Code.ShouldBe("already_decided");
        refusal.Message.ShouldContain("approved by frank at 2026-03-01 09:00 UTC");
    }

    [Fact]
    public async Task Approve_FiftyAtOnce_OneCounts()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => bench.TryApproveAsync(proposal, i % 2 == 0 ? "frank" : "fiona"))));

        outcomes.OfType<Outcome<ProposalView>.Ok>().ShouldHaveSingleItem();
        outcomes.OfType<Outcome<ProposalView>.Refused>().ShouldAllBe(r => r.Refusal.Code == "already_decided");
        (await bench.Audit.VerifyAsync(Bench.Tenant, default)).Whole.ShouldBeTrue();
    }

    [Fact]
    public async Task Approve_AfterPolicyChange_IsRefused()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();
        bench.PolicyText = Bench.Policy.Replace("200.00", "100.00");
        bench.Restart();

        Bench.Refused(await bench.TryApproveAsync(proposal)).Code.ShouldBe("policy_changed");
    }

    [Theory]
    [InlineData("frank")]
    [InlineData("sam")]
    public async Task Reject_ByApproverOrRequester_EndsIt(string person)
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();

        var rejected = Bench.Ok(await bench.Desk.RejectAsync(Bench.Tenant, proposal.Id, bench.Person(person), proposal.Hash, "slack", "Not \u202Eowed", default));

        rejected.Status.ShouldBe(ProposalStatus.Rejected);
        rejected.Approvals.ShouldHaveSingleItem().Reason.ShouldBe("Not owed");
        Bench.Refused(await bench.TryApproveAsync(proposal)).Code.ShouldBe("already_decided");
        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Rejected);
        bench.Far.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Approve_AboveTheThreshold_NeedsTwoPeople()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync(r => r with { Arguments = Bench.Arguments(amount: "200.01 USD") });

        Bench.Ok(await bench.TryApproveAsync(proposal)).Status.ShouldBe(ProposalStatus.Pending);
        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Pending);
        Bench.Refused(await bench.TryApproveAsync(proposal)).Code.ShouldBe("already_decided");
        Bench.Ok(await bench.TryApproveAsync(proposal, "ada")).Status.ShouldBe(ProposalStatus.Approved);

        (await bench.ExecuteAsync(proposal)).Status.ShouldBe(ProposalStatus.Executed);
    }

    [Fact]
    public async Task Approve_SplitBelowTheThreshold_NeedsTwoPeopleAllTheSame()
    {
        using var bench = await Bench.StartAsync();
        var first = await bench.ApprovedAsync();
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        var second = await bench.ProposeAsync(r => r with { Step = 2, Arguments = Bench.Arguments("in_2") });

        Bench.Ok(await bench.TryApproveAsync(second)).Status.ShouldBe(ProposalStatus.Pending);
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        Bench.Ok(await bench.TryApproveAsync(second, "ada")).Status.ShouldBe(ProposalStatus.Approved);

        (await bench.ExecuteAsync(first)).Status.ShouldBe(ProposalStatus.Executed, "what came after it does not count");
        (await bench.ExecuteAsync(second)).Status.ShouldBe(ProposalStatus.Executed);
    }

    [Fact]
    public async Task Approve_SplitOverTwoDays_NeedsOnePersonEach()
    {
        using var bench = await Bench.StartAsync();
        await bench.ExecuteAsync(await bench.ApprovedAsync());
        bench.Time.Advance(TimeSpan.FromHours(24));

        (await bench.ApprovedAsync(r => r with { Step = 2 })).Status.ShouldBe(ProposalStatus.Approved);
    }

    [Fact]
    public async Task Approve_SplitIntoParts_StopsAtTheCap()
    {
        using var bench = await Bench.StartAsync();
        var parts = new List<ProposalView>();
        foreach (var step in Enumerable.Range(1, 3))
        {
            parts.Add(await bench.ProposeAsync(r => r with { Step = step }));
        }

        Bench.Ok(await bench.TryApproveAsync(parts[0]));
        Bench.Ok(await bench.TryApproveAsync(parts[1]));
        Bench.Ok(await bench.TryApproveAsync(parts[1], "ada"));
        Bench.Refused(await bench.TryApproveAsync(parts[2])).ToString().ShouldContain("cap of 300.00 USD");
    }

    [Fact]
    public async Task Approve_CurrencyWithoutCap_IsRefused()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync(r => r with { Arguments = Bench.Arguments(amount: "1.00 EUR") });

        Bench.Refused(await bench.TryApproveAsync(proposal)).Code.ShouldBe("cap_exceeded");
    }

    [Fact]
    public async Task Approve_PartsThatWaitForOneDay_NeedTheSecondPersonThatTheWholeWouldNeed()
    {
        using var bench = await Bench.StartAsync();
        var day = bench.Time.GetUtcNow().AddDays(10);
        var first = await bench.ApprovedAsync(r => r with { NotBefore = day });
        bench.Time.Advance(TimeSpan.FromHours(25));

        var second = await bench.ProposeAsync(r => r with { Step = 2, Arguments = Bench.Arguments("in_2"), NotBefore = day });
        Bench.Ok(await bench.TryApproveAsync(second)).Status.ShouldBe(ProposalStatus.Pending, "120.00 waits already, and 240.00 is beyond one person");
        Bench.Ok(await bench.TryApproveAsync(second, "fiona")).Status.ShouldBe(ProposalStatus.Approved);

        bench.Time.Advance(TimeSpan.FromDays(9));
        (await bench.ExecuteAsync(first)).Status.ShouldBe(ProposalStatus.Executed);
        (await bench.ExecuteAsync(second)).Status.ShouldBe(ProposalStatus.Executed);

        // Approved long ago, done just now: it is of this day.
        bench.Far.Remaining["in_3"] = 50_000;
        var third = await bench.ProposeAsync(r => r with { Step = 3, Arguments = Bench.Arguments("in_3") });
        Bench.Refused(await bench.TryApproveAsync(third)).Code.ShouldBe("cap_exceeded");
    }
}
