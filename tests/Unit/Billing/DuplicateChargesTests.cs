using BillingCopilot.Billing;
using BillingCopilot.Billing.Charges;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class DuplicateChargesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 9, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Find_SecondPaysNoInvoice_IsLikely()
    {
        var finding = DuplicateCharges.Find([Charge("ch_1", 0, "in_1"), Charge("ch_2", 4, null)]).ShouldHaveSingleItem();
        finding.Suspect.Id.ShouldBe("ch_2");
        finding.Verdict.ShouldBe(DuplicateVerdict.Likely);
        finding.Evidence.ShouldContain("The suspect pays no invoice.");
        finding.Evidence.ShouldContain("4 minutes apart.");
    }

    [Fact]
    public void Find_FirstPaysNoInvoice_SuspectsTheFirst() =>
        DuplicateCharges.Find([Charge("ch_1", 0, null), Charge("ch_2", 4, "in_1")]).ShouldHaveSingleItem().Suspect.Id.ShouldBe("ch_1");

    [Fact]
    public void Find_BothPayOneInvoice_SuspectsTheLater()
    {
        var finding = DuplicateCharges.Find([Charge("ch_1", 0, "in_1"), Charge("ch_2", 4, "in_1")]).ShouldHaveSingleItem();
        (finding.Suspect.Id, finding.Verdict).ShouldBe(("ch_2", DuplicateVerdict.Likely));
    }

    [Fact]
    public void Find_EachPaysItsOwnInvoice_IsLegitimate() =>
        Verdict(Charge("ch_1", 0, "in_1"), Charge("ch_2", 4, "in_2")).ShouldBe(DuplicateVerdict.Legitimate);

    [Fact]
    public void Find_NeitherPaysAnInvoice_IsUnclear() =>
        Verdict(Charge("ch_1", 0, null), Charge("ch_2", 4, null)).ShouldBe(DuplicateVerdict.Unclear);

    [Theory]
    [InlineData("Additional training session", DuplicateVerdict.Unclear)]
    [InlineData("subscription renewal ", DuplicateVerdict.Likely)]
    [InlineData("", DuplicateVerdict.Likely)]
    public void Find_Description_TellsAPurchaseFromADouble(string description, DuplicateVerdict verdict) =>
        Verdict(Charge("ch_1", 0, "in_1") with { Description = "Subscription renewal" }, Charge("ch_2", 4, null) with { Description = description })
            .ShouldBe(verdict);

    [Fact]
    public void Find_SuspectGivenBack_IsAlreadyRefunded() =>
        Verdict(Charge("ch_1", 0, "in_1"), Charge("ch_2", 4, null) with { AmountRefunded = 4900 }).ShouldBe(DuplicateVerdict.AlreadyRefunded);

    [Fact]
    public void Find_TheOtherGivenBack_NamesThatOneAsRefunded()
    {
        var finding = DuplicateCharges.Find([Charge("ch_1", 0, "in_1") with { AmountRefunded = 4900 }, Charge("ch_2", 4, null)]).ShouldHaveSingleItem();
        (finding.Suspect.Id, finding.Verdict).ShouldBe(("ch_1", DuplicateVerdict.AlreadyRefunded));
    }

    [Fact]
    public void Find_ThreeTimes_SuspectsTwo() =>
        DuplicateCharges.Find([Charge("ch_1", 0, "in_1"), Charge("ch_2", 4, null), Charge("ch_3", 5, null)])
            .Select(f => (f.Suspect.Id, f.Original.Id)).ShouldBe([("ch_2", "ch_1"), ("ch_3", "ch_1")]);

    public static TheoryData<ChargeFacts> Different => new()
    {
        Charge("ch_2", 4, null) with { Amount = new Money(4901, "usd") },
        Charge("ch_2", 4, null) with { Amount = new Money(4900, "eur") },
        Charge("ch_2", 4, null) with { CardKey = "other" },
        Charge("ch_2", 4, null) with { CardKey = null },
        Charge("ch_2", 4, null) with { CustomerId = "cus_2" },
        Charge("ch_2", 4, null) with { Succeeded = false },
        Charge("ch_2", 60 * 24 * 30, null),
    };

    [Theory]
    [MemberData(nameof(Different))]
    public void Find_AnythingElseDiffers_FindsNothing(ChargeFacts other) =>
        DuplicateCharges.Find([Charge("ch_1", 0, "in_1"), other]).ShouldBeEmpty();

    [Fact]
    public void FindRetried_DeclinedThenPaid_IsTheLastAttemptAndTakesNoMoney()
    {
        var found = DuplicateCharges.FindRetried([Declined("ch_1", 0, "in_1"), Declined("ch_2", 60, "in_1"), Charge("ch_3", 120, "in_1")]).ShouldHaveSingleItem();
        (found.Suspect.Id, found.Original.Id, found.Verdict).ShouldBe(("ch_2", "ch_3", DuplicateVerdict.DeclinedThenPaid));
        found.Evidence[0].ShouldBe("The first attempt over 49.00 USD was declined: it took no money.");
        found.Evidence[1].ShouldBe("A later attempt paid it, once, for invoice N-in_1.");
    }

    public static TheoryData<ChargeFacts, ChargeFacts> NotRetried { get; } = new()
    {
        { Declined("ch_1", 0, "in_1"), Charge("ch_2", 60, "in_2") },
        { Declined("ch_1", 0, null), Charge("ch_2", 60, "in_2") },
        { Declined("ch_1", 0, "in_1"), Charge("ch_2", 60, "in_1") with { Amount = new Money(4901, "usd") } },
        { Declined("ch_1", 0, "in_1"), Charge("ch_2", 60 * 24 * 22, "in_1") },
        { Declined("ch_1", 120, "in_1"), Charge("ch_2", 60, "in_1") },
        { Declined("ch_1", 0, "in_1") with { Declined = false }, Charge("ch_2", 60, "in_1") },
    };

    [Theory]
    [MemberData(nameof(NotRetried))]
    public void FindRetried_OfAnythingElse_FindsNothing(ChargeFacts declined, ChargeFacts paid) => DuplicateCharges.FindRetried([declined, paid]).ShouldBeEmpty();

    private static ChargeFacts Declined(string id, int minute, string? invoice) => Charge(id, minute, invoice) with { Succeeded = false, Declined = true };

    private static DuplicateVerdict Verdict(params ChargeFacts[] charges) => DuplicateCharges.Find(charges).ShouldHaveSingleItem().Verdict;

    private static ChargeFacts Charge(string id, int minute, string? invoice) =>
        new(id, "cus_1", new Money(4900, "usd"), 0, "card", Noon.AddMinutes(minute), true, false, invoice, invoice is null ? null : "N-" + invoice, null);
}
