using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What a whole period of a subscription item costs.</summary>
/// <param name="Net">Minor units after discounts, before rounding.</param>
/// <param name="Off">Each discount with the minor units that it takes off.</param>
internal sealed record PeriodCost(decimal Net, IReadOnlyList<(string Discount, decimal Amount)> Off)
{
    /// <summary>From lines that were priced.</summary>
    public static PeriodCost Of(decimal gross, IEnumerable<JsonObject> lines)
    {
        List<(string Discount, decimal Amount)> off =
            [.. lines.SelectMany(line => line.Rows("discount_amounts")).Select(taken => (taken.Id("discount"), (decimal)taken.Whole("amount")))];
        return new PeriodCost(gross - off.Sum(taken => taken.Amount), off);
    }
}
