using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Tax of a line from tax rates.</summary>
internal static class Taxes
{
    public static IReadOnlyList<TaxSpec> Of(long taxable, JsonNode? rates) =>
        Of(taxable, [.. (rates as JsonArray ?? []).OfType<JsonObject>()], null, "usd");

    /// <summary>Tax of a line of <paramref name="amount"/> minor units after discounts, rate by rate.</summary>
    /// <param name="exempt">The customer's <c>tax_exempt</c>: <c>exempt</c> and <c>reverse</c> owe nothing.</param>
    public static IReadOnlyList<TaxSpec> Of(long amount, IReadOnlyList<JsonObject> rates, string? exempt, string currency)
    {
        if (exempt is "exempt" or "reverse")
        {
            var reason = exempt == "reverse" ? "reverse_charge" : "customer_exempt";
            return [.. rates.Select(r => new TaxSpec(0, amount, r.Id(), IsInclusive(r)) { Reason = reason })];
        }

        // Inclusive rates share the amount; exclusive ones are charged on what is left of it.
        var inclusive = rates.Where(IsInclusive).Sum(Percent);
        var within = rates.Where(IsInclusive).ToDictionary(r => r.Id(), r => Prices.Round(amount * Percent(r) / (100 + inclusive), currency), StringComparer.Ordinal);
        var net = amount - within.Values.Sum();
        return [.. rates.Select(r => IsInclusive(r)
            ? new TaxSpec(within[r.Id()], net, r.Id(), true)
            : new TaxSpec(Prices.Round(net * Percent(r) / 100, currency), net, r.Id()))];
    }

    /// <summary>The tax rates of a subscription's line: the item's own, or else the subscription's.</summary>
    public static IReadOnlyList<JsonObject> Rates(UnitOfWork unit, JsonObject? subscription, JsonNode? own)
    {
        var chosen = own is JsonArray { Count: > 0 } mine ? mine : subscription?["default_tax_rates"] as JsonArray;
        return [.. (chosen ?? []).Select(r => r as JsonObject ?? unit.Find((string)r!)).OfType<JsonObject>()];
    }

    private static bool IsInclusive(JsonObject rate) => (bool?)rate["inclusive"] == true;

    private static decimal Percent(JsonObject rate) => decimal.Parse(rate["percentage"]!.ToString(), CultureInfo.InvariantCulture);
}
