using System.Globalization;
using System.Text.RegularExpressions;

namespace BillingCopilot.Billing;

/// <summary>
/// An amount in the smallest unit of its currency (cents for USD, yen for JPY, fils for KWD).
/// </summary>
/// <param name="AmountMinor">Integer smallest units; may be negative.</param>
/// <param name="Currency">Three-letter ISO 4217 code, lower case, as Stripe writes it.</param>
public readonly partial record struct Money(long AmountMinor, string Currency)
{
    /// <summary>
    /// Digits after the decimal point: 0, 2 or 3. Source: Stripe, "Supported currencies", zero-decimal and
    /// three-decimal currencies (https://docs.stripe.com/currencies).
    /// </summary>
    public int Decimals => DecimalsOf(Currency);

    /// <summary>Decimal text without the currency: <c>1234.50</c>, <c>1234</c> for JPY, <c>1.234</c> for KWD.</summary>
    public string ToDecimalText()
    {
        var scale = Pow10(Decimals);
        var sign = AmountMinor < 0 ? "-" : "";
        var abs = (ulong)Math.Abs((decimal)AmountMinor);
        var whole = (abs / scale).ToString(CultureInfo.InvariantCulture);
        return Decimals == 0
            ? sign + whole
            : $"{sign}{whole}.{(abs % scale).ToString(CultureInfo.InvariantCulture).PadLeft(Decimals, '0')}";
    }

    /// <summary>Text for models and people: <c>1234.50 USD</c>.</summary>
    public override string ToString() => $"{ToDecimalText()} {Currency?.ToUpperInvariant()}";

    /// <summary>Text for people: <c>$1,234.50</c>, <c>€5.00</c>, <c>¥1,234</c>, else <c>1.234 KWD</c>.</summary>
    public string ToDisplayText()
    {
        var value = AmountMinor / (decimal)Pow10(Decimals);
        var digits = Math.Abs(value).ToString("N" + Decimals, CultureInfo.InvariantCulture);
        var sign = AmountMinor < 0 ? "-" : "";
        return Symbols.TryGetValue(Currency, out var symbol)
            ? sign + symbol + digits
            : $"{sign}{digits} {Currency.ToUpperInvariant()}";
    }

    /// <summary>Sum of two amounts. Throws on different currencies: they are never added without a stated rate.</summary>
    public static Money operator +(Money a, Money b) => new(checked(a.AmountMinor + b.AmountMinor), Same(a, b));

    /// <summary>Difference of two amounts of one currency.</summary>
    public static Money operator -(Money a, Money b) => new(checked(a.AmountMinor - b.AmountMinor), Same(a, b));

    public static Money operator -(Money a) => new(checked(-a.AmountMinor), a.Currency);

    /// <summary>
    /// Reads <c>120.00 USD</c>, <c>USD 120</c>, <c>$1,200.50</c>, or <c>120.00</c> with a default currency.
    /// Refuses more decimals than the currency has: rounding someone's money is not a parser's business.
    /// </summary>
    public static Outcome<Money> Parse(string? text, string? defaultCurrency = null)
    {
        var match = Pattern().Match((text ?? "").Trim());
        if (!match.Success)
        {
            return new Refusal("invalid_amount", $"'{text}' is not an amount.", "Write it as decimal text with its currency, such as \"120.00 USD\".");
        }

        var code = First(match.Groups["pre"].Value, match.Groups["post"].Value)?.ToLowerInvariant()
            ?? Symbols.FirstOrDefault(s => s.Value == match.Groups["symbol"].Value).Key
            ?? defaultCurrency?.ToLowerInvariant();
        if (code is null)
        {
            return new Refusal("invalid_amount", $"'{text}' has no currency.", "Add the three-letter code, such as \"120.00 USD\".");
        }

        var number = decimal.Parse(match.Groups["number"].Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        var minor = number * Pow10(DecimalsOf(code)) * (match.Groups["sign"].Value == "-" ? -1 : 1);
        return minor != decimal.Truncate(minor) || Math.Abs(minor) > long.MaxValue
            ? new Refusal("invalid_amount", $"'{text}' has more decimals than {code.ToUpperInvariant()} has ({DecimalsOf(code)}).", "Give the exact amount.")
            : new Money((long)minor, code);
    }

    /// <summary>Digits after the decimal point for an ISO 4217 code (lower case); 2 when not special.</summary>
    public static int DecimalsOf(string? currency) => currency switch
    {
        "bif" or "clp" or "djf" or "gnf" or "jpy" or "kmf" or "krw" or "mga" or "pyg" or "rwf" or "vnd" or "vuv" or "xaf" or "xof" or "xpf" => 0,
        "bhd" or "jod" or "kwd" or "omr" or "tnd" => 3,
        _ => 2,
    };

    private static readonly Dictionary<string, string> Symbols = new(StringComparer.Ordinal)
    {
        ["usd"] = "$", ["eur"] = "€", ["gbp"] = "£", ["jpy"] = "¥",
    };

    private static ulong Pow10(int digits) => digits switch { 0 => 1, 3 => 1000, _ => 100 };

    private static string? First(params string[] values) => values.FirstOrDefault(v => v.Length > 0);

    private static string Same(Money a, Money b) => a.Currency == b.Currency
        ? a.Currency
        : throw new InvalidOperationException($"Amounts in {a.Currency} and {b.Currency} cannot be combined without a stated rate.");

    [GeneratedRegex(@"^(?<sign>-)?\s*(?:(?<pre>[A-Za-z]{3})\s*|(?<symbol>[$€£¥])\s*)?(?<number>\d{1,15}(?:\.\d{1,3})?|\d{1,3}(?:,\d{3})+(?:\.\d{1,3})?)\s*(?<post>[A-Za-z]{3})?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
