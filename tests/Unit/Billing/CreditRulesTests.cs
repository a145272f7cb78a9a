using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class CreditRulesTests
{
    private static readonly CreditableInvoice Paid = new("LUM-0001", "paid", "usd", 4900, 4900, 0, 0, 0, 4900);
    private static readonly CreditableInvoice Open = Paid with { Status = "open", AmountPaid = 0, AmountRemaining = 4900, Refundable = 0 };

    [Theory]
    [InlineData(CreditDisposition.Refund, 1000, 0)]
    [InlineData(CreditDisposition.CustomerBalance, 0, 1000)]
    public void Plan_PaidInvoice_GoesWhereAsked(CreditDisposition where, long refund, long balance) =>
        Plan(Paid, 1000, where).ShouldBe(new CreditPlan(Usd(0), Usd(refund), Usd(balance)));

    [Fact]
    public void Plan_OpenInvoice_LowersTheDebt() => Plan(Open, 1000, null).ShouldBe(new CreditPlan(Usd(1000), Usd(0), Usd(0)));

    [Fact]
    public void Plan_PartlyPaid_LowersTheDebtFirst()
    {
        var partly = Open with { AmountPaid = 3000, AmountRemaining = 1900, Refundable = 3000 };
        Plan(partly, 2400, CreditDisposition.Refund).ShouldBe(new CreditPlan(Usd(1900), Usd(500), Usd(0)));
        Refused(partly, Usd(2400), null).Code.ShouldBe("disposition_required");
    }

    [Fact]
    public void Plan_MoreThanIsLeft_IsRefusedWithFigures() =>
        Refused(Paid with { Credited = 4000 }, Usd(1000), CreditDisposition.Refund).Message
            .ShouldBe("The invoice total is 49.00 USD, of which 9.00 USD is left to credit; 10.00 USD is more.");

    [Fact]
    public void Plan_RefundedWithoutANote_CountsAsGivenBack() =>
        Refused(Paid with { RefundedOutside = 4900, Refundable = 0 }, Usd(4900), CreditDisposition.CustomerBalance).Code.ShouldBe("nothing_to_credit");

    [Fact]
    public void Plan_NothingLeftToRefund_PointsToTheBalance() =>
        Refused(Paid with { Refundable = 500 }, Usd(1000), CreditDisposition.Refund).Code.ShouldBe("not_refundable");

    [Theory]
    [InlineData("draft", "invoice_draft")]
    [InlineData("void", "invoice_void")]
    public void Plan_WrongStatus_IsRefused(string status, string code) =>
        Refused(Paid with { Status = status }, Usd(100), CreditDisposition.Refund).Code.ShouldBe(code);

    [Fact]
    public void Plan_OtherCurrencyOrNoAmount_IsRefused()
    {
        Refused(Paid, new Money(100, "eur"), CreditDisposition.Refund).Code.ShouldBe("currency_mismatch");
        Refused(Paid, Usd(0), CreditDisposition.Refund).Code.ShouldBe("invalid_amount");
    }

    [Theory]
    [InlineData(null, 4400)]
    [InlineData(1000L, 1000)]
    public void Refund_Fitting_IsAmountOrRemainder(long? asked, long planned) =>
        RefundRules.Plan(Charge with { Refunded = 500 }, asked is { } a ? Usd(a) : null).ShouldBe(new Outcome<Money>.Ok(Usd(planned)));

    public static TheoryData<RefundableCharge, long, string> Unfit => new()
    {
        { Charge with { Refunded = 4900 }, 100, "charge_already_refunded" },
        { Charge with { CreditedToBalance = 4900 }, 100, "charge_already_refunded" },
        { Charge with { PaidBackOutOfBand = 4900 }, 100, "charge_already_refunded" },
        { Charge with { Refunded = 4000 }, 1000, "amount_too_large" },
        { Charge with { PaidBackOutOfBand = 4000 }, 1000, "amount_too_large" },
        { Charge with { Disputed = true }, 100, "charge_disputed" },
        { Charge with { Status = "failed" }, 100, "charge_not_succeeded" },
        { Charge, -1, "invalid_amount" },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void Refund_Unfitting_IsRefused(RefundableCharge charge, long asked, string code) =>
        RefundRules.Plan(charge, Usd(asked)).ShouldBeOfType<Outcome<Money>.Refused>().Refusal.Code.ShouldBe(code);

    private static RefundableCharge Charge => new("succeeded", Usd(4900), 0, 0, 0, false);

    [Fact]
    public void Refund_BeyondWhatWasPaidBackElsewhere_SaysHow() =>
        RefundRules.Plan(Charge with { CreditedToBalance = 900, PaidBackOutOfBand = 1000 }, Usd(4000)).ShouldBeOfType<Outcome<Money>.Refused>().Refusal.Message
            .ShouldBe("The charge was 49.00 USD, of which 30.00 USD is left to refund (9.00 USD of it as customer balance, 10.00 USD of it outside Stripe); 40.00 USD is more.");

    private static Money Usd(long minor) => new(minor, "usd");

    private static CreditPlan Plan(CreditableInvoice invoice, long amount, CreditDisposition? where) =>
        CreditRules.Plan(invoice, Usd(amount), where).ShouldBeOfType<Outcome<CreditPlan>.Ok>().Value;

    private static Refusal Refused(CreditableInvoice invoice, Money amount, CreditDisposition? where) =>
        CreditRules.Plan(invoice, amount, where).ShouldBeOfType<Outcome<CreditPlan>.Refused>().Refusal;
}
