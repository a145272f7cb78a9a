using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

/// <summary>A coupon given once: which may be, and what is offered instead.</summary>
public sealed class CouponRulesTests
{
    private static readonly CouponFacts Good = new("SORRY20", "Goodwill", "once", 20m, null, Valid: true);
    private static readonly CouponFacts Fixed = new("FIVE", null, "once", null, new Money(500, "eur"), Valid: true);

    public static TheoryData<CouponFacts, string?> Cases => new()
    {
        { Good, null },
        { Good with { Duration = "repeating" }, "coupon_lasts" },
        { Good with { Duration = "forever" }, "coupon_lasts" },
        { Good with { Valid = false }, "coupon_invalid" },
        { Fixed, "currency_mismatch" },
        { Fixed with { AmountOff = new Money(500, "usd") }, null },
        { Good with { Id = "HAS" }, "coupon_applied" },
        { Good with { Id = "HAS", Duration = "forever", Valid = false }, "coupon_lasts" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Refuse_OfASubscriptionInDollars_SaysWhy(CouponFacts coupon, string? code) =>
        (CouponRules.Refuse(coupon, "usd", ["HAS"], [Good])?.Code).ShouldBe(code);

    [Fact]
    public void Refuse_OfAGoodOne_IsNothing() => CouponRules.Refuse(Good, "usd", [], []).ShouldBeNull();

    [Fact]
    public void Refuse_NamesWhatMayBeGivenInstead() =>
        CouponRules.Refuse(Fixed, "usd", [], [Fixed, Good, Good with { Id = "A10" }, Good with { Id = "LONG", Duration = "forever" }, Good with { Id = "OLD", Valid = false }])!
            .Remedy.ShouldBe("For one invoice there are: A10, SORRY20.");

    [Fact]
    public void Offer_OfNone_SaysWhoCanMakeOne() => CouponRules.Offer([Fixed], "usd").ShouldContain("an administrator can make one");
}
