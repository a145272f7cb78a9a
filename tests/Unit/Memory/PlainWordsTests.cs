using BillingCopilot.Memory.Search;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.MemoryTests;

public sealed class PlainWordsTests
{
    [Theory]
    [InlineData("- **Soft** (do not honor): waiting *may* help.", "Soft (do not honor): waiting may help.")]
    [InlineData("## Mails\n> at `most` one", "Mails\nat most one")]
    [InlineData("| Day | Mail |\n|---|:---|\n| 5 | Reminder |", "Day | Mail\n5 | Reminder")]
    [InlineData("See [Refunds](refunds.md) and 5 * 3 * 2.", "See Refunds and 5 * 3 * 2.")]
    [InlineData("insufficient_funds and card_velocity_exceeded", "insufficient_funds and card_velocity_exceeded")]
    [InlineData("-$5.00 stays negative", "-$5.00 stays negative")]
    [InlineData("1. first\n2. second", "1. first\n2. second")]
    public void Of_Markdown_LeavesTheWords(string markdown, string plain)
    {
        PlainWords.Of(markdown).ShouldBe(plain);
        PlainWords.Of(plain).ShouldBe(plain);
    }
}
