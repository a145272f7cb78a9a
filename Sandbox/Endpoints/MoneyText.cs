using System.Globalization;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Amounts as Stripe writes them in its messages.</summary>
internal static class MoneyText
{
    public static string Of(long minor, string currency)
    {
        var symbol = currency switch
        {
            "usd" => "$",
            "eur" => "€",
            "gbp" => "£",
            "jpy" => "¥",
            _ => currency.ToUpperInvariant() + " ",
        };
        var decimals = Currencies.Decimals(currency);
        return symbol + (minor / (decimal)Math.Pow(10, decimals)).ToString("N" + decimals, CultureInfo.InvariantCulture);
    }
}
