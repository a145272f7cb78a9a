using System.Globalization;
using Spectre.Console;

namespace BillingCopilot.Bot.Cli.Eval;

/// <summary>The readable report: a line a scenario, what failed with all that was said, and the totals.</summary>
internal static class EvalPrinter
{
    public static void Print(ScenarioResult result)
    {
        var mark = result.PassK ? "[green]pass[/]" : "[red]FAIL[/]";
        AnsiConsole.MarkupLine($"{mark} {Markup.Escape(result.Id),-40} seed {result.Seed}  {result.Passed}/{result.Repeats}  {result.Tools} tools  {result.InputTokens + result.OutputTokens:N0} tokens{Cost(result.Cost)}  {result.Milliseconds:N0} ms");
        if (result.PassK)
        {
            return;
        }

        foreach (var fault in result.Faults)
        {
            AnsiConsole.MarkupLineInterpolated($"     [red]{fault}[/]");
        }

        foreach (var line in result.Transcript)
        {
            AnsiConsole.MarkupLineInterpolated($"     [grey]{line}[/]");
        }
    }

    public static void Print(EvalTotals totals)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("tag", "passed", "of");
        foreach (var tag in totals.Tags)
        {
            table.AddRow(new Text(tag.Tag), new Text($"{tag.Passed}"), new Text($"{tag.Total}"));
        }

        AnsiConsole.Write(table);
        var cost = totals.Cost is null ? ", cost unknown (set Model:InputPrice and Model:OutputPrice)" : Cost(totals.Cost).Replace("  ", ", ", StringComparison.Ordinal);
        AnsiConsole.WriteLine($"{totals.Passed} of {totals.Total} scenarios passed (pass^{totals.Repeat}), model {totals.Model}, {totals.InputTokens:N0} + {totals.OutputTokens:N0} tokens{cost}, {totals.Seconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
    }

    private static string Cost(decimal? cost) => cost is { } c and > 0 ? string.Create(CultureInfo.InvariantCulture, $"  ${c:0.0000}") : "";
}
