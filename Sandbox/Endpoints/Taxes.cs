using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Tax of a line from tax rates.</summary>
internal static class Taxes
{
    public static IReadOnlyList<TaxSpec> Of(long taxable, JsonNode? rates) =>
        [.. (rates as JsonArray ?? []).OfType<JsonObject>().Select(rate => Of(taxable, rate))];

    private static TaxSpec Of(long taxable, JsonObject rate)
    {
        var percent = decimal.Parse(rate["percentage"]!.ToString(), CultureInfo.InvariantCulture);
        var inclusive = (bool?)rate["inclusive"] == true;
        var amount = inclusive ? taxable * percent / (100 + percent) : taxable * percent / 100;
        var rounded = (long)Math.Round(amount, MidpointRounding.AwayFromZero);
        return new TaxSpec(rounded, inclusive ? taxable - rounded : taxable, rate.Id(), inclusive);
    }
}
