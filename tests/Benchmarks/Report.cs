using System.Globalization;
using System.Text.Json;

namespace BillingCopilot.Benchmarks;

/// <summary>Prints a table, and writes the same figures as JSON where <c>--json FILE</c> asks for it.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static string? FileOf(string[] args) => Array.IndexOf(args, "--json") is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

    public static void Table(string title, string[] columns, IEnumerable<object[]> rows)
    {
        var cells = rows.Select(r => r.Select(c => Convert.ToString(c, CultureInfo.InvariantCulture) ?? "").ToArray()).Prepend(columns).ToList();
        var widths = columns.Select((_, i) => cells.Max(r => r[i].Length)).ToArray();
        Console.WriteLine(title);
        foreach (var row in cells)
        {
            Console.WriteLine("  " + string.Join("  ", row.Select((c, i) => i == 0 ? c.PadRight(widths[i]) : c.PadLeft(widths[i]))));
        }
    }

    /// <returns>The exit code: 0 when the target was met.</returns>
    public static async Task<int> FinishAsync(bool met, object document, string? file)
    {
        Console.WriteLine(met ? "Target met." : "Target MISSED.");
        if (file is not null)
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(document, Json));
        }

        return met ? 0 : 1;
    }
}
