using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Addresses.</summary>
internal static class Places
{
    private static readonly Dictionary<string, string[]> Cities = new()
    {
        ["US"] = ["Portland", "Columbus", "Denver", "Raleigh", "Tucson", "Madison"],
        ["DE"] = ["Leipzig", "Bremen", "Nürnberg"],
        ["FR"] = ["Nantes", "Lyon", "Lille"],
        ["NL"] = ["Utrecht", "Groningen"],
        ["ES"] = ["Valencia", "Bilbao"],
        ["JP"] = ["Nagoya", "Fukuoka"],
        ["KW"] = ["Kuwait City"],
    };

    private static readonly string[] Streets = ["Harbour Street", "Mill Lane", "Station Road", "Canal Row", "Orchard Way", "Foundry Yard"];

    /// <summary>An address in a country.</summary>
    public static JsonObject Address(string country, SeededRandom random) => JsonFields.Address(
        country, random.Pick(Cities[country]), $"{random.Between(1, 240)} {random.Pick(Streets)}", random.Between(10_000, 98_999).ToString());

    /// <summary>A country in which a currency is billed.</summary>
    public static string Country(string currency, SeededRandom random) => currency switch
    {
        "eur" => random.Pick<string>(["DE", "FR", "NL", "ES"]),
        "jpy" => "JP",
        "kwd" => "KW",
        _ => "US",
    };
}
