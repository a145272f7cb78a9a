namespace BillingCopilot.Agents.Grounding;

/// <summary>Which words name a currency.</summary>
internal static class Currencies
{
    /// <summary>Codes of ISO 4217 that Stripe charges in, as they stand beside a number; a few also in lower case.</summary>
    public const string Pattern =
        "usd|eur|gbp|jpy|cad|aud|chf|USD|EUR|GBP|JPY|CAD|AUD|CHF|AED|AFN|ALL|AMD|ANG|AOA|ARS|AWG|AZN|BAM|BBD|BDT|BGN|BHD|BIF|BMD|BND|BOB|BRL|BSD|BWP|BYN|BZD|CDF|CLP|CNY|COP|CRC|CVE|CZK|DJF|DKK|DOP|DZD|EGP|ETB|FJD|FKP|GEL|GIP|GMD|GNF|GTQ|GYD|HKD|HNL|HTG|HUF|IDR|ILS|INR|ISK|JMD|JOD|KES|KGS|KHR|KMF|KRW|KWD|KYD|KZT|LAK|LBP|LKR|LRD|LSL|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MUR|MVR|MWK|MXN|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|OMR|PAB|PEN|PGK|PHP|PKR|PLN|PYG|QAR|RON|RSD|RUB|RWF|SAR|SBD|SCR|SEK|SGD|SHP|SLE|SOS|SRD|STD|SZL|THB|TJS|TND|TOP|TRY|TTD|TWD|TZS|UAH|UGX|UYU|UZS|VND|VUV|WST|XAF|XCD|XOF|XPF|YER|ZAR|ZMW";

    /// <summary>Lower-case code of a sign, code or word; null for none.</summary>
    public static string? Of(string text) => text.ToLowerInvariant() switch
    {
        "" => null,
        "$" or "dollar" or "dollars" or "cent" or "cents" => "usd",
        "€" or "euro" or "euros" => "eur",
        "£" or "pound" or "pounds" => "gbp",
        "¥" or "yen" => "jpy",
        var code => code,
    };
}
