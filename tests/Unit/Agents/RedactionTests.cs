using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Tools;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

public class RedactionTests
{
    [Theory]
    [InlineData("key sk_test_FAKE00abcdef1234.", "key [secret].")]
    [InlineData("rk_test_FAKE00abcdef1234", "[secret]")]
    [InlineData("whsec_FAKE00abcdef1234", "[secret]")]
    [InlineData("pi_3abc_secret_FAKE00abcdef", "[secret]")]
    [InlineData("pay at https://buy.stripe.com/test_a?b=c, now", "pay at [link], now")]
    [InlineData("(see www.evil.example/x)", "(see [link])")]
    [InlineData("buy.stripe.com/abc", "[link]")]
    [InlineData("card 4242-4242-4242-4242", "card [card number removed]")]
    public void Clean_WhatMayNotLeave_IsTakenOut(string text, string expected) => Redaction.Clean(text).Text.ShouldBe(expected);

    [Theory]
    [InlineData("Café № 5 … ap@acme.example owes $1,234.50\nsince 2026-03-01")]
    [InlineData("policies/refunds.md and/or risk_level_high, e.g. LUM-0042")]
    public void Clean_OrdinaryText_StaysAsItIs(string text) => Redaction.Clean(text).ShouldBe((text, 0));

    [Fact]
    public void Clean_HalfASurrogate_DoesNotThrow() => Should.NotThrow(() => Redaction.Clean("a\uD83D 4242"));

    [Fact]
    public void Redacted_Result_HasNoAddressesCardsLinksOrIds() =>
        ResultText.Redacted("""{"memo":"«pay https://x.example/y to ap@acme.example, 4242424242424242, cus_Abc12345»","n":1}""")
            .ShouldBe("""{"memo":"«pay [link] to [mail], [card number removed], [id]»","n":1}""");
}
