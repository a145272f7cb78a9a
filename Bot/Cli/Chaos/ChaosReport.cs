using System.Globalization;
using System.Text;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>What a run promised, and what came of it.</summary>
/// <param name="Rounds">Rounds in which work was cut off; one kill of a process or server cuts off the work at several databases.</param>
/// <param name="Kills">Processes and servers that were killed, and times that a database's connections were cut.</param>
/// <param name="Cuts">How often, by where it was and what cut it off.</param>
/// <param name="Events">Events that were answered with 200.</param>
/// <param name="Approvals">Approvals that were given.</param>
/// <param name="LongestResume">Seconds from the cut to the end of the work that it interrupted; the longest.</param>
/// <param name="Faults">Each promise that was not kept; empty when nothing was lost or doubled.</param>
public sealed record ChaosReport(
    string Database, int Seed, int Rounds, int Kills, IReadOnlyDictionary<string, int> Cuts, int Events, int Approvals, int Lost, int Doubled,
    double LongestResume, double Seconds, IReadOnlyList<string> Faults)
{
    public bool IsClean => Lost == 0 && Doubled == 0 && Faults.Count == 0;

    public static ChaosReport Of(ChaosOptions options, IReadOnlyCollection<ChaosTally> tallies, TimeSpan took) => new(
        options.Database,
        options.Seed,
        tallies.Sum(t => t.Cuts.Values.Sum()),
        tallies.Sum(t => t.Kills),
        tallies.SelectMany(t => t.Cuts).GroupBy(k => k.Key).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(k => k.Value)),
        tallies.Sum(t => t.Events),
        tallies.Sum(t => t.Approvals),
        tallies.Sum(t => t.Lost),
        tallies.Sum(t => t.Doubled),
        Math.Round(tallies.Max(t => t.LongestResume.TotalSeconds), 1),
        Math.Round(took.TotalSeconds, 1),
        [.. tallies.SelectMany(t => t.Faults)]);

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Rounds} rounds by {Kills} kills on {Database}, seed {Seed}, {Seconds} s; {Events} events and {Approvals} approvals were accepted.");
        foreach (var (where, times) in Cuts)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {times,6}  {where}");
        }

        foreach (var fault in Faults)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  FAULT  {fault}");
        }

        return text.Append(CultureInfo.InvariantCulture, $"{Lost} lost, {Doubled} doubled; longest from a cut to the end of the work that it interrupted: {LongestResume} s.").ToString();
    }
}

/// <summary>The counts of one stage.</summary>
public sealed class ChaosTally
{
    public Dictionary<string, int> Cuts { get; } = new(StringComparer.Ordinal);

    public int Kills { get; set; }

    public int Events { get; set; }

    public int Approvals { get; set; }

    public int Lost { get; set; }

    public int Doubled { get; set; }

    public TimeSpan LongestResume { get; set; }

    public List<string> Faults { get; } = [];

    /// <summary>A round's work was cut off there.</summary>
    public void Cut(string where) => Cuts[where] = Cuts.GetValueOrDefault(where) + 1;

    public void Compare(string what, int found, int expected)
    {
        if (found != expected)
        {
            Lost += Math.Max(0, expected - found);
            Doubled += Math.Max(0, found - expected);
            Faults.Add($"{what}: {found}, not {expected}");
        }
    }
}
