using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cli.Eval;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>What is asked and what happens in each round: a function of the round and of the sandbox's world.</summary>
internal sealed class ChaosPlot(IReadOnlyList<JsonNode> failed, IReadOnlyList<JsonNode> invoices, long now)
{
    public static async Task<ChaosPlot> ReadAsync(SandboxView sandbox, CancellationToken cancellationToken)
    {
        var truth = await sandbox.TruthAsync(cancellationToken);
        var failed = truth["failed_invoices"]!.AsArray().Select(n => n!).ToList();
        var rises = truth["invoice_increases"]!.AsArray().Select(n => n!).Where(n => (string?)n["currency"] == "usd").ToList();
        return new ChaosPlot(failed, rises, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
    }

    /// <summary>A payment of one of the failed invoices failed once more.</summary>
    public (string Id, string Body) Event(int round)
    {
        var invoice = failed[round % failed.Count];
        var id = $"evt_chaos{round.ToString("000000", CultureInfo.InvariantCulture)}";
        var body = JsonSerializer.Serialize(new
        {
            id,
            @object = "event",
            type = "invoice.payment_failed",
            livemode = false,
            created = now + round,
            data = new { @object = new { id = (string?)invoice["invoice"], @object = "invoice", customer = (string?)invoice["customer"], attempt_count = 1 + round } },
        });
        return (id, body);
    }

    /// <summary>A credit of an amount that belongs to the round alone, in minor units.</summary>
    public (string Text, long Amount) Question(int round)
    {
        var amount = 101 + round;
        return (string.Create(CultureInfo.InvariantCulture, $"Credit ${amount / 100}.{amount % 100:00} on invoice {invoices[round % invoices.Count]["invoice_number"]}."), amount);
    }
}
