using BillingCopilot.Billing;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class MoneyTests
{
    [Theory]
    [InlineData(123450, "usd", "1234.50 USD", "$1,234.50")]
    [InlineData(-5, "usd", "-0.05 USD", "-$0.05")]
    [InlineData(1234, "jpy", "1234 JPY", "¥1,234")]
    [InlineData(1234, "kwd", "1.234 KWD", "1.234 KWD")]
    [InlineData(500, "eur", "5.00 EUR", "€5.00")]
    public void Text_EachCurrency_HasItsDecimals(long minor, string currency, string text, string display)
    {
        new Money(minor, currency).ToString().ShouldBe(text);
        new Money(minor, currency).ToDisplayText().ShouldBe(display);
    }

    [Theory]
    [InlineData("120.00 USD", 12000, "usd")]
    [InlineData("USD 120", 12000, "usd")]
    [InlineData("$1,200.50", 120050, "usd")]
    [InlineData("1200 jpy", 1200, "jpy")]
    [InlineData("1.234 KWD", 1234, "kwd")]
    [InlineData("-5 EUR", -500, "eur")]
    [InlineData("7.5", 750, "gbp")]
    public void Parse_WellFormed_IsExact(string text, long minor, string currency) =>
        Money.Parse(text, "gbp").ShouldBe(new Outcome<Money>.Ok(new Money(minor, currency)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("about 120 USD")]
    [InlineData("1.5 JPY")]
    [InlineData("0.001 USD")]
    [InlineData("1,20 USD")]
    [InlineData("120")]
    public void Parse_Malformed_IsRefused(string? text)
    {
        Money.Parse(text).TryGet(out _, out var refusal).ShouldBeFalse();
        refusal.ShouldNotBeNull().Code.ShouldBe("invalid_amount");
    }

    [Fact]
    public void Add_DifferentCurrencies_Throws() =>
        Should.Throw<InvalidOperationException>(() => new Money(1, "usd") + new Money(1, "eur"));
}
