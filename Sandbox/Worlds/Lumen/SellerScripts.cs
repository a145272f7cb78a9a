using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>What will happen to one seller of Lumen's marketplace for templates and connectors.</summary>
/// <param name="Order">Position among the sellers.</param>
/// <param name="Start">Unix seconds of its first day.</param>
/// <param name="FeePercent">What Lumen takes of each sale by the contract.</param>
/// <param name="SalesAMonth">Typical number.</param>
/// <param name="Currency">What its buyers pay in.</param>
internal sealed record SellerScript(int Order, string Name, long Start, decimal FeePercent, long SalesAMonth, string Currency)
{
    private static readonly string[] First =
        ["Atlas", "Beacon", "Cipher", "Dynamo", "Echo", "Fathom", "Gambit", "Helix", "Isobar", "Jigsaw", "Kiln", "Lattice", "Magnet", "Nimbus", "Orbit", "Prism"];

    private static readonly string[] Second = ["Connectors", "Templates", "Widgets", "Pipelines", "Dashboards", "Add-ons", "Exports", "Themes"];

    /// <summary>Sellers of a world; the first ones are the same in every size.</summary>
    public static SellerScript Of(int order, long salesAMonth, SeededRandom random)
    {
        var stream = random.Stream($"seller:{order}");
        var name = $"{First[order % First.Length]} {Second[order / First.Length % Second.Length]}";
        var copies = order / (First.Length * Second.Length);
        return new SellerScript(
            order,
            copies == 0 ? name : $"{name} {copies + 1}",
            Calendar.Opened + stream.Between(10, 150) * Calendar.Day + stream.Between(0, Calendar.Day),
            stream.Pick<decimal>([12m, 15m, 15m, 18m, 20m]),
            salesAMonth,
            stream.Chance(20) ? "eur" : "usd");
    }
}
