using BillingCopilot.Agents.Turns;
using BillingCopilot.Bot.WebConsole.Chat;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.ConsoleTests;

public sealed class FigureMarksTests
{
    [Theory]
    [InlineData("Paid $1,200.00, owed $1,200.", "$1,200.00|$1,200", "Paid [$1,200.00], owed [$1,200].")]
    [InlineData("12 of 120 and 12.5 and a12", "12", "[12] of 120 and 12.5 and a12")]
    [InlineData("LUM-0042 and LUM-00421", "LUM-0042", "[LUM-0042] and LUM-00421")]
    [InlineData("no figure", "$5", "no figure")]
    [InlineData("", "$5", "")]
    public void Split_Receipts_MarksWholeFiguresOnly(string text, string figures, string expected)
    {
        var spans = FigureMarks.Split(text, [.. figures.Split('|').Select(Receipt)], []);
        string.Concat(spans.Select(s => s.Receipt is null ? s.Text : $"[{s.Text}]")).ShouldBe(expected);
    }

    [Fact]
    public void Split_UnverifiedFigure_WinsOverAReceiptOfTheSameText()
    {
        var spans = FigureMarks.Split("It takes 5 days.", [Receipt("5 days")], ["5 days"]);
        spans.ShouldContain(s => s.Text == "5 days" && s.Unverified && s.Receipt == null);
    }

    private static Receipt Receipt(string text) => new(text, "amount", text, "tool", "list_charges", "c1", "$.amount", "ch_1");
}
