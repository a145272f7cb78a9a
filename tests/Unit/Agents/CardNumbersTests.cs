using BillingCopilot.Agents.Text;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

public class CardNumbersTests
{
    [Theory]
    [InlineData("my card is 4242 4242 4242 4242, thanks", "my card is [card number removed], thanks")]
    [InlineData("4242424242424242", "[card number removed]")]
    [InlineData("amex 3782-822463-10005 exp 12/30", "amex [card number removed] exp 12/30")]
    [InlineData("(5555555555554444)", "([card number removed])")]
    [InlineData("6011 1111 1111 1117 and 4000056655665556", "[card number removed] and [card number removed]")]
    [InlineData("4242/4242/4242/4242", "[card number removed]")]
    [InlineData("4242–4242–4242–4242", "[card number removed]")]
    [InlineData("42\u200B42 4242\u2060 4242 4242", "[card number removed]")]
    [InlineData("nr4242424242424242ok", "nr[card number removed]ok")]
    [InlineData("42424242424242421227", "[card number removed]1227")]
    [InlineData("４２４２４２４２４２４２４２４２", "[card number removed]")]
    [InlineData("4242 4242 4242 4242 5555 5555 5555 4444", "[card number removed] [card number removed]")]
    public void Redact_CardNumber_IsRemoved(string text, string expected) => CardNumbers.Redact(text).Text.ShouldBe(expected);

    [Theory]
    [InlineData("invoice IWLJOGXF-0013 of 2026-10-13")]
    [InlineData("4242 4242 4242 4241")]
    [InlineData("call +1 415 555 2671")]
    [InlineData("0000 0000 0000 0000")]
    [InlineData("$1,234,567.89")]
    [InlineData("2026-03-01 2026-03-31 2026-04-05")]
    [InlineData("in_1xGgk2PBFKqnoW2otZjfzd9c")]
    public void Redact_NoCardNumber_StaysAsItIs(string text) => CardNumbers.Redact(text).ShouldBe((text, 0));
}
