using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.State;

/// <summary>What an account holds, minor units by currency.</summary>
internal sealed class BalanceSums
{
    /// <summary>The kind of object that moves a balance.</summary>
    public const string Kind = "balance_transaction";

    private readonly SortedDictionary<string, (long Available, long Pending)> _sums = new(StringComparer.Ordinal);

    /// <summary>Currencies in alphabetical order.</summary>
    public IReadOnlyDictionary<string, (long Available, long Pending)> All => _sums;

    public void Add(BalanceSums others)
    {
        foreach (var (currency, sum) in others._sums)
        {
            Add(currency, sum.Available, sum.Pending);
        }
    }

    public void Add(string currency, long available, long pending)
    {
        var known = _sums.GetValueOrDefault(currency);
        _sums[currency] = (known.Available + available, known.Pending + pending);
    }

    /// <summary>Counts a movement, if there is one and it is the owner's.</summary>
    public void Add(JsonObject? movement, string? owner, int times)
    {
        if (movement is null || movement["deleted"] is not null || (string?)movement[UnitOfWork.Owner] != owner)
        {
            return;
        }

        var net = times * movement.Whole("net");
        var pending = movement.Text("status") == "pending";
        Add(movement.Id("currency"), pending ? 0 : net, pending ? net : 0);
    }
}
