using System.Text.Json.Nodes;

namespace BillingCopilot.Bot.Cli.Eval;

/// <summary>Looks at the far side when a scenario is over.</summary>
internal sealed class FinalChecks(ScenarioStage stage, ScenarioValues values, List<string> faults)
{
    /// <summary>Mails that were written.</summary>
    public static IReadOnlyList<string> Mails(ScenarioStage stage) =>
        Directory.Exists(stage.Outbox) ? Directory.GetFiles(stage.Outbox, "*.eml", SearchOption.AllDirectories) : [];

    public async Task RunAsync(IReadOnlyList<FinalCheck> checks, CancellationToken cancellationToken)
    {
        foreach (var check in checks)
        {
            await ListAsync(check, cancellationToken);
            if (check.Ledger is { } ledger && await stage.Sandbox.WritesAsync(cancellationToken) is var writes && writes.Count != ledger.Writes)
            {
                faults.Add($"final: the ledger has {writes.Count} writes, not {ledger.Writes}: {string.Join(", ", writes.Select(w => w["effect"]))}.");
            }

            if (check.Mails is { } mails && Mails(stage).Count != mails)
            {
                faults.Add($"final: {Mails(stage).Count} mails were written, not {mails}.");
            }
        }
    }

    private async Task ListAsync(FinalCheck check, CancellationToken cancellationToken)
    {
        if (check.Get is null)
        {
            return;
        }

        var path = values.Fill(check.Get);
        var body = await stage.Sandbox.GetAsync(path, cancellationToken);
        var found = (body["data"] as JsonArray)?.Select(n => n!.AsObject()).ToList() ?? [body];
        var matching = found.Count(o => check.Where.All(w => o[w.Key]?.ToString() == values.Fill(w.Value)));
        if (matching != (check.Count ?? 1))
        {
            faults.Add($"final: GET {path} has {matching} matching of {found.Count}, not {check.Count ?? 1}.");
        }
    }
}
