using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What a quantity costs at a price.</summary>
internal static class Prices
{
    public static bool IsMetered(JsonObject price) => price.TextAt("recurring.usage_type") == "metered";

    /// <summary>Minor units for one unit; null for tiers.</summary>
    public static decimal? UnitAmount(JsonObject price) =>
        price["unit_amount_decimal"] is { } text ? Decimal(text) : price["unit_amount"] is { } whole ? whole.Whole() : null;

    /// <summary>Minor units before rounding.</summary>
    public static decimal Cost(JsonObject price, decimal quantity)
    {
        quantity = Packages(price, quantity);
        if (price["tiers"] is not JsonArray tiers)
        {
            return (UnitAmount(price) ?? 0) * quantity;
        }

        return price.Text("tiers_mode") == "volume" ? Volume(tiers, quantity) : Graduated(tiers, quantity);
    }

    /// <summary>How many packages hold a quantity, where a price is by package.</summary>
    private static decimal Packages(JsonObject price, decimal quantity)
    {
        if (price["transform_quantity"] is not JsonObject package)
        {
            return quantity;
        }

        var packages = quantity / package.Whole("divide_by");
        return package.Text("round") == "up" ? Math.Ceiling(packages) : Math.Floor(packages);
    }

    public static long Round(decimal amount) => (long)Math.Round(amount, MidpointRounding.AwayFromZero);

    /// <summary>
    /// Whole minor units of a currency, halves away from zero. Where the currency has three decimals, Stripe takes
    /// multiples of ten only.
    /// </summary>
    public static long Round(decimal amount, string currency) => Currencies.Decimals(currency) == 3 ? Round(amount / 10) * 10 : Round(amount);

    private static decimal Graduated(JsonArray tiers, decimal quantity)
    {
        decimal cost = 0, from = 0;
        foreach (var tier in tiers.OfType<JsonObject>())
        {
            var upTo = tier["up_to"]?.Whole() ?? decimal.MaxValue;
            var inTier = Math.Min(quantity, upTo) - from;
            if (inTier <= 0 && !(quantity == 0 && from == 0))
            {
                break;
            }

            cost += (Math.Max(0, inTier) * TierUnit(tier)) + tier.Whole("flat_amount");
            from = upTo;
        }

        return cost;
    }

    private static decimal Volume(JsonArray tiers, decimal quantity)
    {
        var tier = tiers.OfType<JsonObject>().First(t => t["up_to"] is null || quantity <= t.Whole("up_to"));
        return (quantity * TierUnit(tier)) + tier.Whole("flat_amount");
    }

    private static decimal TierUnit(JsonObject tier) => tier["unit_amount_decimal"] is { } text ? Decimal(text) : tier.Whole("unit_amount");

    private static decimal Decimal(JsonNode text) => decimal.Parse(text.ToString(), CultureInfo.InvariantCulture);
}
