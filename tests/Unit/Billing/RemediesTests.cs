using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using BillingCopilot.Billing.Mistakes;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class RemediesTests
{
    [Theory]
    [InlineData(0, true, "Inside: day 0 of 30, open until 2026-03-31.")]
    [InlineData(30, true, "Inside: day 30 of 30, open until 2026-03-31.")]
    [InlineData(31, false, "Outside: day 31, and the 30 days ended on 2026-03-31.")]
    public void RefundWindow_DayOfTheCharge_IsDayNought(int after, bool open, string says)
    {
        var window = new RefundWindow(30, new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 1).AddDays(after));
        window.IsOpen.ShouldBe(open);
        window.Says(null).ShouldStartWith(says);
    }

    [Fact]
    public void RefundWindow_Outside_SaysWhatIsLeft() =>
        new RefundWindow(30, new DateOnly(2026, 3, 1), new DateOnly(2026, 6, 1)).Says(new Money(5_000, "usd"))
            .ShouldEndWith("Only what the policy excepts may still be refunded. Left without an exception: a credit note where the invoice is wrong, courtesy credit of at most $50.00.");

    [Theory]
    [InlineData(500, 0, 0, true, 0, false, RemedyKind.LowerTheDebt, "This one: the amount is not paid")]
    [InlineData(0, 0, 500, true, 900, false, RemedyKind.StoredCredit, "This one: the subscription goes on")]
    [InlineData(0, 500, 0, true, 900, false, RemedyKind.StoredCredit, "A credit note onto the customer's balance")]
    [InlineData(100, 400, 0, true, 900, false, RemedyKind.StoredCredit, "A credit note onto the customer's balance")]
    [InlineData(0, 500, 0, false, 900, false, RemedyKind.CreditAndRefund, "This one: no further invoice comes")]
    [InlineData(0, 0, 500, false, 900, false, RemedyKind.CreditAndRefund, "Back to the payment method")]
    [InlineData(0, 0, 500, false, 400, false, RemedyKind.StoredCredit, "This one: too little of the invoice's payments is left")]
    [InlineData(0, 0, 500, null, 900, false, RemedyKind.None, "Stored credit where a further invoice comes")]
    [InlineData(0, 500, 0, true, 900, true, RemedyKind.AnswerTheDispute, "The charge is disputed")]
    [InlineData(500, 0, 0, true, 0, true, RemedyKind.LowerTheDebt, "This one: the amount is not paid")]
    public void ForCredit_CheapestRight_IsNamedWithItsReason(long due, long card, long balance, bool? goesOn, long refundable, bool disputed, RemedyKind kind, string because)
    {
        var remedy = Remedies.ForCredit(new CreditPlan(Usd(due), Usd(card), Usd(balance)), goesOn, refundable, disputed);
        remedy.Kind.ShouldBe(kind);
        remedy.Because.ShouldStartWith(because);
    }

    [Theory]
    [InlineData("paid", true, false, RemedyKind.StoredCredit)]
    [InlineData("paid", false, false, RemedyKind.CreditAndRefund)]
    [InlineData("paid", null, false, RemedyKind.None)]
    [InlineData(null, true, false, RemedyKind.Refund)]
    [InlineData("paid", true, true, RemedyKind.AnswerTheDispute)]
    public void ForCharge_WhetherAFurtherInvoiceComes_Decides(string? invoice, bool? goesOn, bool disputed, RemedyKind kind) =>
        Remedies.ForCharge(invoice, goesOn, disputed).Kind.ShouldBe(kind);

    private static Money Usd(long minor) => new(minor, "usd");
}
