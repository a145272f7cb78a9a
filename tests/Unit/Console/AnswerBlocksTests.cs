using BillingCopilot.Bot.WebConsole.Chat;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.ConsoleTests;

public sealed class AnswerBlocksTests
{
    [Theory]
    [InlineData("One.\nTwo.", "Paragraph:One.|Two.")]
    [InlineData("It rose:\n- +$9\n- +$1\nThat is all.\n— rules model", "Paragraph:It rose: List:+$9|+$1 Paragraph:That is all. Signature:rules model")]
    [InlineData("One.\n\nTwo.", "Paragraph:One. Paragraph:Two.")]
    [InlineData("-5 is no item\r\n<b>nor</b> is this", "Paragraph:-5 is no item|<b>nor</b> is this")]
    [InlineData("", "")]
    public void Split_PlainText_FindsListsAndLosesNothing(string text, string expected) =>
        string.Join(' ', AnswerBlocks.Split(text).Select(b => $"{b.Kind}:{string.Join('|', b.Lines)}")).ShouldBe(expected);
}
