using BillingCopilot.Billing;
using BillingCopilot.Billing.Charges;
using BillingCopilot.Billing.Invoices;
using BillingCopilot.Billing.Mistakes;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

/// <summary>Mistakes that no world holds, and what only looks like one.</summary>
public sealed class BillingMistakesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PriceFacts Team = new("price_team", 9_900, "month", 1, false, []);

    [Fact]
    public void PeriodAfterTheEnd_IsAChargeAfterCancel()
    {
        var mistake = Find([Invoice("in_1", Start.AddMonths(1), 9_900)], ended: Start.AddDays(20)).Single();
        mistake.Kind.ShouldBe(MistakeKind.ChargedAfterCancel);
        mistake.Over.ShouldBe(new Money(9_900, "usd"));
        mistake.Evidence[0].ShouldBe("The subscription ended on 2026-03-21.");
    }

    [Fact]
    public void PeriodAfterTheEnd_AlreadyCredited_IsNoMistake() =>
        Find([Invoice("in_1", Start.AddMonths(1), 9_900) with { CreditedInAll = 9_900 }], ended: Start.AddDays(20)).ShouldBeEmpty();

    [Fact]
    public void PeriodAfterTheEnd_RefundedWithoutANote_IsNoMistake() =>
        Find([Invoice("in_1", Start.AddMonths(1), 9_900)], Start.AddDays(20), [Charge("ch_1", 9_900, "a", 40) with { AmountRefunded = 9_900 }]).ShouldBeEmpty();

    [Theory]
    [InlineData(990, 0, 0, null)]
    [InlineData(600, 0, 0, 390)]
    [InlineData(600, 600, 600, 390)]
    [InlineData(600, 600, 0, null)]
    [InlineData(0, 600, 0, 390)]
    public void MissedDiscount_GivenBackByRefundOrNote_IsWhatIsLeftOnce(long refunded, long credited, long ofNotes, int? left)
    {
        var invoice = Invoice("in_1", Start, 9_900) with { CreditedInAll = credited, RefundedByCreditNotes = ofNotes };
        var found = Find([invoice], charges: [Charge("ch_1", 9_900, "a", 0) with { AmountRefunded = refunded }], discounts: [TenOff]);
        found.Select(m => (int?)m.Over.AmountMinor).ShouldBe(left is null ? [] : [left]);
        found.SelectMany(m => m.Evidence).Count(e => e == $"Of 9.90 USD too much, 6.00 USD was given back already.").ShouldBe(left is null ? 0 : 1);
    }

    [Fact]
    public void RefundOfASecondPayment_LeavesTheMissedDiscount() =>
        Find([Invoice("in_1", Start, 9_900)], charges: [Charge("ch_1", 9_900, "a", 0), Charge("ch_2", 9_900, "b", 9) with { AmountRefunded = 9_900 }], discounts: [TenOff])
            .Select(m => (m.Kind, m.Over.AmountMinor)).ShouldBe([(MistakeKind.MissedDiscount, 990)]);

    [Fact]
    public void TwoMistakesOnAnInvoice_OneGivenBack_LeaveTheOther() =>
        Find([Invoice("in_1", Start.AddMonths(1), 9_900)], Start.AddDays(20), [Charge("ch_1", 9_900, "a", 40) with { AmountRefunded = 990 }], [TenOff])
            .Select(m => (m.Kind, m.Over.AmountMinor)).ShouldBe([(MistakeKind.ChargedAfterCancel, 9_900)]);

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void FirstOfTwoPaymentsRefunded_IsNoMistakeEither(string secondCard) =>
        Find([Invoice("in_1", Start, 9_900)], charges: [Charge("ch_1", 9_900, "a", 0) with { AmountRefunded = 9_900 }, Charge("ch_2", 9_900, secondCard, 0) with { Created = Start.AddMinutes(4) }]).ShouldBeEmpty();

    [Theory]
    [InlineData(9_900, null)]
    [InlineData(990, 9_900)]
    public void SecondPaymentThatWasStoredAsCredit_IsNoMistake(long stored, int? left) =>
        Find([Invoice("in_1", Start, 9_900) with { CreditedInAll = stored }], charges: [Charge("ch_1", 9_900, "a", 0), Charge("ch_2", 9_900, "b", 9)])
            .Select(m => (int?)m.Over.AmountMinor).ShouldBe(left is null ? [] : [left]);

    [Fact]
    public void UsageOfTheTimeBefore_BilledAfterTheEnd_IsNoMistake()
    {
        var invoice = Invoice("in_1", Start.AddMonths(1), 400);
        Find([invoice with { Lines = [invoice.Lines[0] with { Metered = true }] }], ended: Start.AddMonths(1).AddDays(-1)).ShouldBeEmpty();
    }

    [Fact]
    public void TwoPaymentsOfOneInvoice_FromTwoCards_ArePaidTwice()
    {
        var mistake = Find([Invoice("in_1", Start, 9_900)], charges: [Charge("ch_1", 9_900, "a", 0), Charge("ch_2", 9_900, "b", 9)]).Single();
        mistake.Kind.ShouldBe(MistakeKind.PaidTwice);
        mistake.ChargeId.ShouldBe("ch_2");
        mistake.Over.ShouldBe(new Money(9_900, "usd"));
    }

    [Fact]
    public void TwoPartPaymentsOfOneInvoice_AreNoMistake() =>
        Find([Invoice("in_1", Start, 9_900)], charges: [Charge("ch_1", 5_000, "a", 0), Charge("ch_2", 4_900, "b", 9)]).ShouldBeEmpty();

    [Fact]
    public void SecondPaymentThatWasRefunded_IsNoMistake() =>
        Find([Invoice("in_1", Start, 9_900)], charges: [Charge("ch_1", 9_900, "a", 0), Charge("ch_2", 9_900, "b", 9) with { AmountRefunded = 9_900 }]).ShouldBeEmpty();

    [Fact]
    public void DiscountOnTheInvoicesAroundAGap_WasMissedInIt()
    {
        var off = new DiscountFacts("TEN", "Ten off", 990) { PercentOff = 10 };
        var mistake = Find([Invoice("in_1", Start, 9_900) with { Discounts = [off] }, Invoice("in_2", Start.AddMonths(1), 9_900), Invoice("in_3", Start.AddMonths(2), 9_900) with { Discounts = [off] }]).Single();
        (mistake.Kind, mistake.InvoiceId, mistake.Over.AmountMinor).ShouldBe((MistakeKind.MissedDiscount, "in_2", 990));
    }

    [Fact]
    public void DiscountThatEndedForGood_WasNotMissed() =>
        Find([Invoice("in_1", Start, 9_900) with { Discounts = [new DiscountFacts("TEN", "Ten off", 990) { PercentOff = 10 }] }, Invoice("in_2", Start.AddMonths(1), 9_900)]).ShouldBeEmpty();

    [Fact]
    public void DiscountInForce_IsMissedWithItsTax()
    {
        var running = new RunningDiscount("TEN", "Ten off", 10, null, Start.AddDays(-9), null, false, []);
        var mistake = Find([Invoice("in_1", Start, 9_900) with { Total = 11_880, Tax = 1_980 }], discounts: [running]).Single();
        (mistake.Over.AmountMinor, mistake.WithTax.AmountMinor).ShouldBe((990, 1_188));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(0, true)]
    public void DiscountGrantedLaterOrForOnce_IsNotMissed(int daysLater, bool once) =>
        Find([Invoice("in_1", Start, 9_900)], discounts: [new RunningDiscount("TEN", "Ten off", 10, null, Start.AddDays(daysLater), null, once, [])]).ShouldBeEmpty();

    [Fact]
    public void DiscountForAnotherProduct_IsNotMissed() =>
        Find([Invoice("in_1", Start, 9_900)], discounts: [new RunningDiscount("TEN", "Ten off", 10, null, Start.AddDays(-1), null, false, ["prod_other"])]).ShouldBeEmpty();

    [Fact]
    public void ItemAddedWithinAPeriod_OwesNoCredit()
    {
        var at = Start.AddDays(10);
        var added = new InvoiceLineFacts("il_9", "Remaining", "Lumen Team", 6_706, 1, 9_900, "price_team", "prod_team", "si_new", false, true, at, Start.AddMonths(1)) { Price = Team };
        Find([Invoice("in_1", Start, 9_900), Invoice("in_2", at, 6_706) with { Lines = [added], BillingReason = "subscription_update" }]).ShouldBeEmpty();
    }

    [Fact]
    public void CreditOfADiscountedPeriod_IsRightWhenItIsDiscountedToo()
    {
        var at = Start.AddDays(10);
        var off = new DiscountFacts("TEN", "Ten off", 990) { PercentOff = 10 };
        var credit = new InvoiceLineFacts("il_9", "Unused", "Lumen Team", -6_036, 1, 9_900, "price_team", "prod_team", "si_1", false, true, at, Start.AddMonths(1)) { Price = Team };
        Find([Invoice("in_1", Start, 9_900) with { Discounts = [off] }, Invoice("in_2", at, -6_036) with { Lines = [credit], BillingReason = "subscription_update" }]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("open", false, RemedyKind.LowerTheDebt)]
    [InlineData("paid", false, RemedyKind.StoredCredit)]
    [InlineData("paid", true, RemedyKind.CreditAndRefund)]
    public void Remedy_OfAMistakeOnAnInvoice_IsTheCheapestThatIsRight(string status, bool ended, RemedyKind expected)
    {
        var history = new BillingHistory([Invoice("in_1", Start, 9_900) with { Status = status }], [new SubscriptionFacts("sub_1", ended ? Start.AddDays(40) : null, [new RunningDiscount("TEN", "Ten off", 10, null, Start.AddDays(-9), null, false, [])])], []);
        Remedies.For(BillingMistakes.Find(history).Single(), history).Kind.ShouldBe(expected);
    }

    [Fact]
    public void Remedy_OfAMistakeOnADisputedInvoice_IsToAnswerTheDispute()
    {
        var history = new BillingHistory([Invoice("in_1", Start, 9_900)], [new SubscriptionFacts("sub_1", null, [TenOff])], [Charge("ch_1", 9_900, "a", 0) with { Disputed = true }]);
        Remedies.For(BillingMistakes.Find(history).Single(), history).Kind.ShouldBe(RemedyKind.AnswerTheDispute);
    }

    [Theory]
    [InlineData(false, RemedyKind.Refund)]
    [InlineData(true, RemedyKind.AnswerTheDispute)]
    public void Remedy_OfASecondPayment_IsARefundUnlessTheBankDecides(bool disputed, RemedyKind expected)
    {
        var history = new BillingHistory([Invoice("in_1", Start, 9_900)], [], [Charge("ch_1", 9_900, "a", 0), Charge("ch_2", 9_900, "b", 9) with { Disputed = disputed }]);
        Remedies.For(BillingMistakes.Find(history).Single(), history).Kind.ShouldBe(expected);
    }

    private static RunningDiscount TenOff { get; } = new("TEN", "Ten off", 10, null, Start.AddDays(-9), null, false, []);

    private static IReadOnlyList<Mistake> Find(InvoiceFacts[] invoices, DateTimeOffset? ended = null, ChargeFacts[]? charges = null, RunningDiscount[]? discounts = null) =>
        BillingMistakes.Find(new BillingHistory(invoices, [new SubscriptionFacts("sub_1", ended, discounts ?? [])], charges ?? []));

    private static InvoiceFacts Invoice(string id, DateTimeOffset at, long amount) => new(
        id, id.ToUpperInvariant(), "usd", amount, amount, 0, 0, 0,
        [new InvoiceLineFacts("il_" + id, "Lumen Team", "Lumen Team", amount, 1, amount, "price_team", "prod_team", "si_1", false, false, at, at.AddMonths(1)) { Price = Team }],
        []) { Status = "paid", Created = at, SubscriptionId = "sub_1", BillingReason = "subscription_cycle" };

    private static ChargeFacts Charge(string id, long amount, string card, int days) =>
        new(id, "cus_1", new Money(amount, "usd"), 0, card, Start.AddDays(days), true, false, "in_1", "IN_1", null);
}
