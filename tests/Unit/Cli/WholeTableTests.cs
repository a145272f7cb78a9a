using BillingCopilot.Bot.Cli;
using Shouldly;
using Spectre.Console;
using Xunit;

namespace BillingCopilot.Unit.CliTests;

public sealed class WholeTableTests
{
    private const string Id = "in_1xKxEhPBFKqnoW2oqIr43Bwh";
    private const string Source = "explain_invoice_change $.current.remaining";

    [Theory]
    [InlineData(200)]
    [InlineData(80)]
    [InlineData(60)]
    [InlineData(30)]
    [InlineData(20)]
    public void Write_AnyWidth_KeepsIdsWhole(int width)
    {
        var written = Written(width, ["October 25, 2026", Source, Id]);
        written.ShouldContain(Id);
    }

    [Fact]
    public void Write_WideEnough_KeepsTheColumns() =>
        Written(120, ["$9.00", Source, Id]).Split('\n').ShouldContain(l => l.Contains("$9.00") && l.Contains(Source) && l.Contains(Id));

    [Fact]
    public void Write_TooNarrow_PutsTheLastColumnBelow()
    {
        var lines = Written(80, ["October 25, 2026", Source, Id]).Split('\n').ToList();
        lines.FindIndex(l => l.Contains(Id)).ShouldBe(lines.FindIndex(l => l.Contains(Source)) + 1);
        lines.ShouldContain(l => l.Contains("from / object"));
    }

    private static string Written(int width, IReadOnlyList<string> row)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        WholeTable.Write(console, null, ["figure", "from", "object"], [row]);
        return text.ToString();
    }
}
