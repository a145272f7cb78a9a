using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Unit.Governance.Fakes;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

public sealed class ProposalBookTests
{
    [Fact]
    public async Task Propose_ValidRequest_IsPendingWithEverythingACardNeeds()
    {
        using var bench = await Bench.StartAsync();

        var view = await bench.ProposeAsync(r => r with { Reason = "Please\u202E approve\u200B " + new string('x', 600) });

        view.Status.ShouldBe(ProposalStatus.Pending);
        view.Id.ShouldMatch("^prop_[a-z2-7]{16}$");
        view.Title.ShouldBe("Credit $120.00");
        view.CustomerName.ShouldBe("Acme Ltd");
        view.Reason.ShouldStartWith("Please approve xxx");
        view.Reason.Length.ShouldBe(500);
        view.ExpiresAt.ShouldBe(bench.Time.GetUtcNow().AddHours(24));
        view.Arguments.ToJsonString().ShouldBe("""{"amount":{"amount":12000,"currency":"usd"},"invoice":"in_1","pinned_date":"2026-03-01"}""");
        bench.Far.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Propose_SameStepAgain_ReturnsTheSameProposalWithoutReading()
    {
        using var bench = await Bench.StartAsync();
        var first = await bench.ProposeAsync();
        var reads = bench.Far.Reads;
        bench.Time.Advance(TimeSpan.FromHours(20));

        var again = await bench.ProposeAsync();

        again.Id.ShouldBe(first.Id);
        bench.Far.Reads.ShouldBe(reads);
    }

    [Theory]
    [InlineData("task_2", 1, "120.00 USD")]
    [InlineData("task_1", 2, "120.00 USD")]
    [InlineData("task_1", 1, "121.00 USD")]
    public async Task Propose_AnythingElse_IsAnotherProposal(string task, int step, string amount)
    {
        using var bench = await Bench.StartAsync();
        var first = await bench.ProposeAsync();

        var other = await bench.ProposeAsync(r => r with { TaskId = task, Step = step, Arguments = Bench.Arguments(amount: amount) });

        other.Id.ShouldNotBe(first.Id);
    }

    [Fact]
    public async Task Propose_FiftyAtOnce_MakeOneProposal()
    {
        using var bench = await Bench.StartAsync();

        var views = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => bench.ProposeAsync())));

        views.Select(v => v.Id).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Propose_RoleMayNot_IsRefusedSayingWhoMay()
    {
        using var bench = await Bench.StartAsync();

        var refusal = Bench.Refused(await bench.TryProposeAsync(r => r with { Requester = bench.Person("vera") }));

        refusal.Code.ShouldBe("not_allowed");
        refusal.Remedy!.ShouldContain("support, finance, admin");
        (await bench.Audit.ReadAboutAsync(Bench.Tenant, "task_1", default)).ShouldHaveSingleItem().Kind.ShouldBe("proposal.refused");
    }

    [Theory]
    [InlineData("mallory")]
    [InlineData("vera")]
    public async Task Propose_ClaimedRoles_DontCount(string id)
    {
        using var bench = await Bench.StartAsync();

        var outcome = await bench.TryProposeAsync(r => r with { Requester = new Person(id, id, [Roles.Admin]) });

        Bench.Refused(outcome).Code.ShouldBeOneOf("unknown_person", "not_allowed");
    }

    [Theory]
    [InlineData("mail_credit", null)]
    [InlineData("credit_invoice", "not_allowed")]
    public async Task Propose_Automation_OnlyWhatThePolicyLetsIt(string operation, string? code)
    {
        using var bench = await Bench.StartAsync();

        var outcome = await bench.TryProposeAsync(r => r with { Operation = operation, Requester = Person.Automation });

        (outcome as BillingCopilot.Billing.Outcome<ProposalView>.Refused)?.Refusal.Code.ShouldBe(code);
        (code is null).ShouldBe(outcome is BillingCopilot.Billing.Outcome<ProposalView>.Ok);
    }

    [Fact]
    public async Task Propose_UnknownOperation_IsRefusedWithTheNames()
    {
        using var bench = await Bench.StartAsync();

        var refusal = Bench.Refused(await bench.TryProposeAsync(r => r with { Operation = "delete_everything" }));

        refusal.ToString().ShouldContain("credit_invoice, mail_credit");
    }

    [Fact]
    public async Task Propose_ReadOnlyPhase_IsRefused()
    {
        using var bench = await Bench.StartAsync(b => b.RolloutText = "operations: { credit_invoice: read_only }");

        Bench.Refused(await bench.TryProposeAsync()).Code.ShouldBe("read_only");
    }

    [Fact]
    public async Task Propose_PreviewRefuses_SaysWhy()
    {
        using var bench = await Bench.StartAsync();

        var refusal = Bench.Refused(await bench.TryProposeAsync(r => r with { Arguments = Bench.Arguments(amount: "900.00 USD") }));

        refusal.Message.ShouldContain("Only 500.00 USD");
    }

    [Fact]
    public async Task Propose_LongText_IsShownWholeWithItsLines()
    {
        using var bench = await Bench.StartAsync();
        var text = "Hello\n\n" + new string('x', 3_900) + "\n\nKind\u202E regards";

        var view = await bench.ProposeAsync(r => r with { Arguments = WithMemo(text) });

        view.Changes[1].After.ShouldBe(text.Replace("\u202E", ""));
    }

    [Fact]
    public async Task Propose_TextThatWouldBeCut_IsRefused()
    {
        using var bench = await Bench.StartAsync();

        var refusal = Bench.Refused(await bench.TryProposeAsync(r => r with { Arguments = WithMemo(new string('x', 4_001)) }));

        refusal.Code.ShouldBe("too_long");
        refusal.Message.ShouldContain("'Memo' is longer than the 4000 characters");
    }

    [Fact]
    public async Task List_PastExpiry_ShowsExpired()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();
        bench.Time.Advance(TimeSpan.FromHours(24));

        (await bench.Book.ListAsync(Bench.Tenant, ProposalStatus.Expired, 10, default)).ShouldHaveSingleItem().Id.ShouldBe(proposal.Id);
        (await bench.Book.ListAsync(Bench.Tenant, ProposalStatus.Pending, 10, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Find_OtherTenant_SeesNothing()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();

        (await bench.Book.FindAsync(Bench.OtherTenant, proposal.Id, default)).ShouldBeNull();
        (await bench.Book.ListAsync(Bench.OtherTenant, null, 10, default)).ShouldBeEmpty();
        (await bench.Book.ListForTaskAsync(Bench.OtherTenant, "task_1", default)).ShouldBeEmpty();
        (await bench.Book.ListForTaskAsync(Bench.Tenant, "task_1", default)).ShouldHaveSingleItem();
    }

    private static System.Text.Json.Nodes.JsonObject WithMemo(string memo)
    {
        var arguments = Bench.Arguments();
        arguments["memo"] = memo;
        return arguments;
    }

    public static TheoryData<string, Action<ProposalRow>> Changes => new()
    {
        { "tenant", r => r.TenantId = "other" },
        { "mode", r => r.Livemode = true },
        { "operation", r => r.Operation = "mail_credit" },
        { "arguments", r => r.Arguments = "{}" },
        { "digest", r => r.Digest = "0" },
        { "title", r => r.Title = "Credit $1.00" },
        { "amount", r => r.AmountMinor = 1 },
        { "no amount", r => r.AmountMinor = null },
        { "currency", r => r.Currency = "eur" },
        { "customer", r => r.CustomerId = "cus_2" },
        { "customer name", r => r.CustomerName = "Other" },
        { "target", r => r.TargetId = "in_2" },
        { "target kind", r => r.TargetKind = "charge" },
        { "changes", r => r.Changes = "[]" },
        { "reversibility", r => r.Reversibility = "" },
        { "risk", r => r.Risk = "notify" },
        { "requester", r => r.RequestedBy = "frank" },
        { "policy", r => r.PolicyVersion = "0" },
        { "expiry", r => r.ExpiresAt = r.ExpiresAt.AddMilliseconds(1) },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Hash_AnyInputChanged_IsAnother(string what, Action<ProposalRow> change)
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ProposeAsync();
        await using var db = bench.Open();
        var row = (await db.Proposals.FindAsync("default", proposal.Id))!;
        ProposalHash.Of("acct_1", row).ShouldBe(proposal.Hash);
        ProposalHash.Of("acct_2", row).ShouldNotBe(proposal.Hash, "account");

        change(row);

        ProposalHash.Of("acct_1", row).ShouldNotBe(proposal.Hash, what);
    }
}
