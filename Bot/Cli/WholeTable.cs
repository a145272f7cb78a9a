using Spectre.Console;

namespace BillingCopilot.Bot.Cli;

/// <summary>
/// A table whose cells are never broken, so that ids can be copied. Where the columns don't fit side by side, the
/// last ones move below their neighbours.
/// </summary>
internal static class WholeTable
{
    /// <summary>Padding and separators of a column with the border that is used.</summary>
    private const int Gap = 3;

    public static void Write(IAnsiConsole console, string? title, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        var (heads, cells) = Stacked(headers, [.. rows], console.Profile.Width);
        if (Width(heads, cells) > console.Profile.Width)
        {
            // Not even one below the other: written past the console, which would break them.
            foreach (var line in cells.Select(row => string.Join('\n', row)).Prepend(title).OfType<string>())
            {
                console.Profile.Out.Writer.WriteLine(line);
            }

            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        if (title is not null)
        {
            table.Title(title);
        }

        foreach (var head in heads)
        {
            table.AddColumn(new TableColumn(new Text(head)).NoWrap());
        }

        foreach (var row in cells)
        {
            table.AddRow(row.Select(c => new Text(c)));
        }

        console.Write(table);
    }

    /// <summary>Moves the last column below the one before it until the table fits, or two columns are left.</summary>
    internal static (IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<string>> Cells) Stacked(
        IReadOnlyList<string> heads, IReadOnlyList<IReadOnlyList<string>> cells, int width)
    {
        while (heads.Count > 2 && Width(heads, cells) > width)
        {
            heads = Last(heads, " / ");
            cells = [.. cells.Select(row => Last(row, "\n"))];
        }

        return (heads, cells);
    }

    private static string[] Last(IReadOnlyList<string> row, string between) =>
        [.. row.Take(row.Count - 2), row[^1].Length == 0 ? row[^2] : row[^2] + between + row[^1]];

    private static int Width(IReadOnlyList<string> heads, IReadOnlyList<IReadOnlyList<string>> cells) =>
        heads.Select((head, i) => cells.Select(row => Longest(row[i])).Append(Longest(head)).Max() + Gap).Sum() + 1;

    private static int Longest(string cell) => cell.Split('\n').Max(line => line.EnumerateRunes().Sum(r => r.Value < 0x1100 ? 1 : 2));
}
