namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>Compares the approvals of a company with its sandbox's ledger, which is the oracle.</summary>
internal static class ChaosCount
{
    public static async Task EffectsAsync(ChaosCompany company, CancellationToken cancellationToken)
    {
        var writes = await company.Sandbox.WritesAsync(cancellationToken);
        var promised = company.Stages.SelectMany(s => s.Work.Credits.Select(c => (Stage: s, Proposal: c.Key, Amount: c.Value))).ToList();
        foreach (var (stage, proposal, amount) in promised)
        {
            stage.Tally.Compare($"effects of approved proposal {proposal} ({amount})", writes.Count(w => (long?)w["amount"] == amount), 1);
        }

        var amounts = promised.Select(p => (long?)p.Amount).ToHashSet();
        company.Stages[0].Tally.Compare("effects without an approval", writes.Count(w => !amounts.Contains((long?)w["amount"])), 0);
    }
}
