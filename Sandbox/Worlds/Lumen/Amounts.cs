using System.Globalization;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Minor units: their text and their rounding.</summary>
internal static class Amounts
{
    /// <summary>Digits after the point.</summary>
    public static int Decimals(string currency) => currency switch { "jpy" => 0, "kwd" => 3, _ => 2 };

    /// <summary><c>$1,234.50</c>, <c>€5.00</c>, <c>¥4,900</c>, <c>15.000 KWD</c>; a minus sign goes first.</summary>
    public static string Text(long amount, string currency)
    {
        var decimals = Decimals(currency);
        var digits = (Math.Abs(amount) / (decimal)Math.Pow(10, decimals)).ToString("N" + decimals, CultureInfo.InvariantCulture);
        var sign = amount < 0 ? "-" : "";
        return currency switch
        {
            "usd" => $"{sign}${digits}",
            "eur" => $"{sign}€{digits}",
            "jpy" => $"{sign}¥{digits}",
            _ => $"{sign}{digits} {currency.ToUpperInvariant()}",
        };
    }

    /// <summary>To whole minor units, halves away from zero.</summary>
    public static long Round(decimal amount) => (long)Math.Round(amount, MidpointRounding.AwayFromZero);

    /// <summary>The part of <paramref name="amount"/> for the seconds from <paramref name="from"/> to the end of a period.</summary>
    public static long Prorate(long amount, long from, long start, long end) =>
        Round(amount * (decimal)(end - from) / (end - start));

    /// <summary>A percentage of an amount.</summary>
    public static long Percent(long amount, decimal percent) => Round(amount * percent / 100m);

    /// <summary>What Stripe keeps of a charge.</summary>
    public static long Fee(long amount, string currency) => currency switch
    {
        "jpy" => Round(amount * 0.036m),
        "kwd" => Round(amount * 0.0029m) * 10 + 100,
        _ => Round(amount * 0.029m) + 30,
    };
}
