using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Sums what each payout takes.</summary>
internal sealed class PayoutTotals(Settlement settlement)
{
    private readonly Dictionary<string, (PayoutDay Payout, long Net)> _sums = new(StringComparer.Ordinal);

    /// <summary>Payouts in the order of their days and currencies, with the minor units each takes.</summary>
    public IEnumerable<(PayoutDay Payout, long Net)> All =>
        _sums.Values.OrderBy(sum => sum.Payout.Created).ThenBy(sum => sum.Payout.Currency, StringComparer.Ordinal);

    public void Add(IEnumerable<JsonObject> objects)
    {
        foreach (var value in objects)
        {
            if (value.Text("object") == "balance_transaction" && settlement.Of(value) is { } payout)
            {
                Add(payout, value.Whole("net"));
            }
        }
    }

    public void Add(PayoutTotals others)
    {
        foreach (var (payout, net) in others._sums.Values)
        {
            Add(payout, net);
        }
    }

    private void Add(PayoutDay payout, long net) =>
        _sums[payout.Id] = (payout, _sums.TryGetValue(payout.Id, out var known) ? known.Net + net : net);
}
