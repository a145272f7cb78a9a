namespace BillingCopilot.Agents.Grounding;

/// <summary>Which words name a currency.</summary>
internal static class Currencies
{
    /// <summary>Codes of ISO 4217 that Stripe charges in, as they stand beside a number; a few also in lower case.</summary>
    public const string Pattern =
        "usd|eur|gbp|jpy|cad|aud|chf|USD|EUR|GBP|JPY|CAD|AUD|CHF|AED|AFN|ALL|AMD|ANG|AOA|ARS|AWG|AZN|BAM|BBD|BDT|BGN|BHD|BIF|BMD|BND|BOB|BRL|BSD|BWP|BYN|BZD|CDF|CLP|CNY|COP|CRC|CVE|CZK|DJF|DKK|DOP|DZD|EGP|ETB|FJD|FKP|GEL|GIP|GMD|GNF|GTQ|GYD|HKD|HNL|HTG|HUF|IDR|ILS|INR|ISK|JMD|JOD|KES|KGS|KHR|KMF|KRW|KWD|KYD|KZT|LAK|LBP|LKR|LRD|LSL|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MUR|MVR|MWK|MXN|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|OMR|PAB|PEN|PGK|PHP|PKR|PLN|PYG|QAR|RON|RSD|RUB|RWF|SAR|SBD|SCR|SEK|SGD|SHP|SLE|SOS|SRD|STD|SZL|THB|TJS|TND|TOP|TRY|TTD|TWD|TZS|UAH|UGX|UYU|UZS|VND|VUV|WST|XAF|XCD|XOF|XPF|YER|ZAR|ZMW";

    /// <summary>Marks of currencies that are no signs: <c>250 kr</c>, <c>Fr. 250</c>.</summary>
    public const string Marks = @"[Kk]r\b\.?|S?Fr\.|zł|Kč|Ft\b|lei\b";

    /// <summary>Several countries' crowns are written alike.</summary>
    private const string Crown = "kr";

    /// <summary>True when two texts may speak of the same currency; one that names none may speak of any.</summary>
    public static bool May(string? one, string? other) =>
        one is null || other is null || one == other || (one == Crown && IsCrown(other)) || (other == Crown && IsCrown(one));

    private static bool IsCrown(string code) => code is "sek" or "nok" or "dkk" or "isk";

    /// <summary>Lower-case code of a sign, code or word; null for none.</summary>
    public static string? Of(string text) => text.ToLowerInvariant() switch
    {
        "" => null,
        "$" or "dollar" or "dollars" or "cent" or "cents" => "usd",
        "€" or "euro" or "euros" => "eur",
        "£" or "pound" or "pounds" => "gbp",
        "¥" or "￥" or "円" or "yen" => "jpy",
        "₹" => "inr",
        "₩" => "krw",
        "₪" => "ils",
        "₫" => "vnd",
        "₺" => "try",
        "₴" => "uah",
        "₱" => "php",
        "₦" => "ngn",
        "₽" => "rub",
        "฿" => "thb",
        "元" => "cny",
        "fr." or "sfr." => "chf",
        "kr" or "kr." => Crown,
        "zł" => "pln",
        "kč" => "czk",
        "ft" => "huf",
        "lei" => "ron",
        var code => code,
    };
}
