using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cli.Eval;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>What is asked and what happens in each round: a function of the round and of the sandbox's world.</summary>
/// <param name="invoices">One a customer, so that what is done at one database leaves alone what is shown at another.</param>
internal sealed class ChaosPlot(IReadOnlyList<JsonNode> failed, IReadOnlyList<JsonNode> invoices, long now)
{
    public static async Task<ChaosPlot> ReadAsync(SandboxView sandbox, CancellationToken cancellationToken)
    {
        var truth = await sandbox.TruthAsync(cancellationToken);
        var failed = truth["failed_invoices"]!.AsArray().Select(n => n!).ToList();
        var invoices = truth["paid_invoices"]!.AsArray().Concat(truth["invoice_increases"]!.AsArray()).Select(n => n!)
            .Where(n => (string?)n["currency"] == "usd" && !failed.Exists(f => (string?)f["customer"] == (string?)n["customer"]))
            .DistinctBy(n => (string?)n["customer"]).ToList();
        return new ChaosPlot(failed, invoices, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
    }

    /// <summary>Databases that a sandbox can have, each with an invoice of its own to credit.</summary>
    public int Stages => invoices.Count;

    /// <summary>Rounds that one database can have, each with a failed invoice of its own.</summary>
    public int Rounds => failed.Count;

    /// <summary>A payment of a failed invoice failed once more.</summary>
    /// <param name="which">The round's number at its database.</param>
    public (string Id, string Body) Event(int round, int which)
    {
        var invoice = failed[which];
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
    /// <param name="stage">The database's number in its company.</param>
    public (string Text, long Amount) Question(int round, int stage)
    {
        var amount = 101 + round;
        return (string.Create(CultureInfo.InvariantCulture, $"Credit ${amount / 100}.{amount % 100:00} on invoice {invoices[stage]["invoice_number"]}."), amount);
    }
}
