using BillingCopilot.Billing;
using BillingCopilot.Billing.Charges;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class StatementLineTests
{
    private static readonly DateOnly Today = new(2026, 11, 25);

    [Theory]
    [InlineData("12 NOV LUMEN* 4X7 BERLIN -99,00 EUR", 99, "eur", "2026-11-12")]
    [InlineData("2026-11-12 LUMEN $1,234.50", 1234.5, "usd", "2026-11-12")]
    [InlineData("LUMEN 1.234,50 €  12.11.2026", 1234.5, "eur", "2026-11-12")]
    [InlineData("Kartenzahlung LUMEN 12.11. 35,00", 35, null, "2026-11-12")]
    [InlineData("NOV 12 LUMEN ¥13,350", 13350, "jpy", "2026-11-12")]
    [InlineData("LUMEN 12 NOV 27.500 KWD", 27.5, "kwd", "2026-11-12")]
    [InlineData("LUMEN 28 DEC 35.00 USD", 35, "usd", "2025-12-28")]
    public void Read_PastedLine_HasAmountCurrencyAndDay(string text, double amount, string? currency, string day)
    {
        var line = StatementLine.Read(text, Today);
        line.Amount.ShouldBe((decimal)amount);
        line.Currency.ShouldBe(currency);
        line.Days.ShouldContain(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture));
        line.Words.ShouldContain("LUMEN");
    }

    [Fact]
    public void Read_DayThatMayBeTwo_KeepsBoth() =>
        StatementLine.Read("LUMEN 03/04/2026 35.00", Today).Days.ShouldBe([new DateOnly(2026, 4, 3), new DateOnly(2026, 3, 4)], ignoreOrder: true);

    [Fact]
    public void Find_AmountDayAndName_IsCertain()
    {
        var fits = Find("14 NOV LUMEN* TEAM 99.00", Charge("ch_1", 9_900, 12), Charge("ch_2", 9_900, 1), Charge("ch_3", 3_500, 12));
        fits.Single().Match.Charge.Id.ShouldBe("ch_1");
        fits.Single().Certain.ShouldBeTrue();
    }

    [Fact]
    public void Find_AnotherName_IsNotCertain() => Find("14 NOV ACME 99.00", Charge("ch_1", 9_900, 12)).Single().Certain.ShouldBeFalse();

    [Fact]
    public void Find_WithoutAmountOrOfAnotherCurrency_IsNothing()
    {
        Find("14 NOV LUMEN", Charge("ch_1", 9_900, 12)).ShouldBeEmpty();
        Find("14 NOV LUMEN 99.00 EUR", Charge("ch_1", 9_900, 12)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("20 NOV LUMEN REFUND $29.00 CR", true)]
    [InlineData("20 NOV LUMEN +29.00", true)]
    [InlineData("20 NOV LUMEN 29,00 € +", true)]
    [InlineData("20.11. Gutschrift LUMEN 29,00", true)]
    [InlineData("2026-11-20 LUMEN 返金 ¥2,900", true)]
    [InlineData("CREDIT CARD PAYMENT 20 NOV LUMEN 29.00", false)]
    [InlineData("20 NOV LUMEN -29.00 EUR", false)]
    [InlineData("20 NOV LUMEN* CREATIVE 29.00", false)]
    public void Read_MoneyBack_IsWhatTheLineSays(string text, bool back) => StatementLine.Read(text, Today).MoneyBack.ShouldBe(back);

    [Fact]
    public void Find_MoneyBack_IsTheRefundWithItsOwnAmountAndDay()
    {
        var part = Refund("re_1", "ch_1", paid: 9_900, amount: 2_900, day: 12);
        var fits = Find("20 NOV LUMEN REFUND $29.00 CR", Charge("ch_2", 2_900, 18), Charge("ch_1", 9_900, 1), part, Refund("re_2", "ch_3", 2_900, 2_900, day: 3));
        (fits.Single().Match.Refund!.Id, fits.Single().Certain).ShouldBe(("re_1", true));
    }

    [Fact]
    public void Find_MoneyBackWithoutARefund_NamesChargesAndIsCertainOfNone() =>
        Find("12 NOV LUMEN REFUND 99.00", Charge("ch_1", 9_900, 12)).ShouldHaveSingleItem().Certain.ShouldBeFalse();

    [Fact]
    public void Find_ALineThatDoesNotSay_IsTheCharge_AndARefundOnlyWhereNoneFits()
    {
        var refund = Refund("re_1", "ch_1", 9_900, 9_900, day: 12);
        Find("14 NOV LUMEN 99.00", Charge("ch_1", 9_900, 12), refund).Single().Match.Refund.ShouldBeNull();
        var alone = Find("24 NOV LUMEN 99.00", Charge("ch_1", 9_900, 12), refund).Single();
        (alone.Match.Refund?.Id, alone.Certain).ShouldBe(("re_1", false));
    }

    private static IReadOnlyList<StatementFit> Find(string line, params StatementCharge[] charges) => StatementMatch.Find(StatementLine.Read(line, Today), charges);

    private static StatementCharge Charge(string id, long amount, int day) => new(
        new ChargeFacts(id, "cus_1", new Money(amount, "usd"), 0, "card", new DateTimeOffset(2026, 11, day, 9, 0, 0, TimeSpan.Zero), true, false, null, null, null), "LUMEN* TEAM", new DateOnly(2026, 11, day));

    private static StatementCharge Refund(string id, string charge, long paid, long amount, int day) =>
        Charge(charge, paid, 1) with { Day = new DateOnly(2026, 11, day), Refund = new StatementRefund(id, new Money(amount, "usd")) };
}
