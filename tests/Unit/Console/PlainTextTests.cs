using BillingCopilot.Bot.WebConsole;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.ConsoleTests;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("Acme \u202Egnp.exe", "Acme gnp.exe")]
    [InlineData("a\u200Bb\u200Dc\uFEFFd\u2066e\u2069f\u00ADg", "abcdefg")]
    [InlineData("tag\U000E0041\U000E007F", "tag")]
    [InlineData("bell\u0007 and\u0000 nul\u009B", "bell and nul")]
    [InlineData("line\none\ttab", "line\none\ttab")]
    [InlineData("\u2028sep\u2029", "sep")]
    [InlineData("<b>kept</b> & as text", "<b>kept</b> & as text")]
    [InlineData("Éclair 東京 😀", "Éclair 東京 😀")]
    [InlineData(null, "")]
    public void Of_TextFromOutside_LosesWhatHidesOrReorders(string? text, string expected) => PlainText.Of(text).ShouldBe(expected);

    [Fact]
    public void Of_LoneSurrogate_BecomesTheReplacementCharacter() => PlainText.Of("a\uD800b").ShouldBe("a\uFFFDb");

    [Theory]
    [InlineData("abcdef", 3, "abc…")]
    [InlineData("ab😀d", 3, "ab…")]
    [InlineData("abc", 3, "abc")]
    public void Of_LongText_IsCutAndMarked(string text, int longest, string expected) => PlainText.Of(text, longest).ShouldBe(expected);

    [Fact]
    public void Line_SeveralLines_BecomeOne() => PlainText.Line("one\r\ntwo\tthree").ShouldBe("one two three");
}
