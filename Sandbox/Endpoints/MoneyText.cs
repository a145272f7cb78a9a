namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Amounts as Stripe writes them in its messages.</summary>
internal static class MoneyText
{
    private static readonly HashSet<string> WithoutDecimals = ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"];

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
        return symbol + (WithoutDecimals.Contains(currency) ? $"{minor:N0}" : $"{minor / 100m:N2}");
    }
}
