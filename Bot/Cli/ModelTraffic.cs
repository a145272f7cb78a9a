using System.CommandLine;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>--record DIR</c> and <c>--replay DIR</c>: a run against a paid model becomes one that needs none.</summary>
internal static class ModelTraffic
{
    public static (Option<string?> Record, Option<string?> Replay) Options() => (
        new Option<string?>("--record") { Description = "Writes every request to the model and its answer to this folder, redacted." },
        new Option<string?>("--replay") { Description = "Takes the model's answers from this folder; asks no model." });

    public static Dictionary<string, string?> Add(IReadOnlyDictionary<string, string?> given, string? record, string? replay)
    {
        var all = new Dictionary<string, string?>(given, StringComparer.OrdinalIgnoreCase);
        if (record is not null)
        {
            all["Model:Record"] = record;
        }

        if (replay is not null)
        {
            all["Model:Replay"] = replay;
        }

        return all;
    }
}
