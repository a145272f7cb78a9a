namespace BillingCopilot.Sandbox.Objects;

/// <summary>Currencies the sandbox takes: digits after the point, and a fixed rate to US dollars for conversion.</summary>
public static class Currencies
{
    private static readonly Dictionary<string, (int Decimals, decimal Dollars)> Known = new(StringComparer.Ordinal)
    {
        ["aed"] = (2, 0.2723m), ["ars"] = (2, 0.0011m), ["aud"] = (2, 0.6612m), ["bhd"] = (3, 2.6525m), ["bif"] = (0, 0.00035m),
        ["brl"] = (2, 0.1842m), ["cad"] = (2, 0.7331m), ["chf"] = (2, 1.1264m), ["clp"] = (0, 0.00107m), ["cny"] = (2, 0.1391m),
        ["cop"] = (2, 0.00024m), ["czk"] = (2, 0.0431m), ["djf"] = (0, 0.0056m), ["dkk"] = (2, 0.1453m), ["eur"] = (2, 1.0838m),
        ["gbp"] = (2, 1.2715m), ["gnf"] = (0, 0.000116m), ["hkd"] = (2, 0.1284m), ["huf"] = (2, 0.0028m), ["idr"] = (2, 0.000063m),
        ["ils"] = (2, 0.2704m), ["inr"] = (2, 0.0119m), ["jod"] = (3, 1.4104m), ["jpy"] = (0, 0.0067m), ["kmf"] = (0, 0.0022m),
        ["krw"] = (0, 0.00073m), ["kwd"] = (3, 3.2541m), ["mga"] = (0, 0.00022m), ["mxn"] = (2, 0.0553m), ["myr"] = (2, 0.2219m),
        ["nok"] = (2, 0.0942m), ["nzd"] = (2, 0.6087m), ["omr"] = (3, 2.5974m), ["php"] = (2, 0.0174m), ["pln"] = (2, 0.2534m),
        ["pyg"] = (0, 0.00013m), ["ron"] = (2, 0.2178m), ["rwf"] = (0, 0.00076m), ["sar"] = (2, 0.2667m), ["sek"] = (2, 0.0951m),
        ["sgd"] = (2, 0.7413m), ["thb"] = (2, 0.0277m), ["tnd"] = (3, 0.3214m), ["try"] = (2, 0.0307m), ["twd"] = (2, 0.0311m),
        ["ugx"] = (0, 0.00027m), ["usd"] = (2, 1m), ["vnd"] = (0, 0.00004m), ["vuv"] = (0, 0.0083m), ["xaf"] = (0, 0.00165m),
        ["xof"] = (0, 0.00165m), ["xpf"] = (0, 0.0091m), ["zar"] = (2, 0.0539m),
    };

    public static bool Knows(string currency) => Known.ContainsKey(currency);

    /// <summary>Digits after the point: 0 for JPY, 3 for KWD.</summary>
    public static int Decimals(string currency) => Known.TryGetValue(currency, out var found) ? found.Decimals : 2;

    /// <summary>How many whole units of <paramref name="to"/> one whole unit of <paramref name="from"/> gives.</summary>
    public static decimal Rate(string from, string to) => Math.Round(Known[from].Dollars / Known[to].Dollars, 6, MidpointRounding.AwayFromZero);

    /// <summary>Minor units of one currency in minor units of another, halves away from zero.</summary>
    public static long Convert(long amount, string from, string to)
    {
        var scale = (decimal)Math.Pow(10, Decimals(to) - Decimals(from));
        return (long)Math.Round(amount * Rate(from, to) * scale, MidpointRounding.AwayFromZero);
    }
}
