using System.Globalization;
using System.Text.Json;

namespace BillingCopilot.Billing.Text;

/// <summary>
/// How a language writes amounts, numbers and days, and its sentences about invoices. The process runs without
/// the system's cultures, so that figures look the same everywhere: what a language needs is in its data file.
/// </summary>
public sealed class Locale
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private static readonly Lazy<IReadOnlyDictionary<string, Locale>> Loaded = new(LoadAll);
    private readonly LocaleData _data;
    private readonly NumberFormatInfo _numbers;

    private Locale(LocaleData data)
    {
        _data = data;
        _numbers = new NumberFormatInfo { NumberDecimalSeparator = data.Decimal, NumberGroupSeparator = data.Group, NegativeSign = "-" };
    }

    /// <summary>Languages there are, by their two-letter code.</summary>
    public static IReadOnlyDictionary<string, Locale> All => Loaded.Value;

    public static Locale English => All["en"];

    /// <summary>Two-letter code: <c>de</c>.</summary>
    public string Code => _data.Code;

    /// <summary>The language of the first tag that is known (<c>de-AT</c>), else the one most spoken in the country, else English.</summary>
    /// <param name="country">Two-letter code of the address.</param>
    public static Locale For(IEnumerable<string> tags, string? country) =>
        tags.Select(t => All.GetValueOrDefault(t.Split('-', '_')[0].ToLowerInvariant())).FirstOrDefault(l => l is not null)
        ?? All.Values.FirstOrDefault(l => country is not null && l._data.Countries.Contains(country))
        ?? English;

    /// <summary>Names of the months, January first.</summary>
    public IReadOnlyList<string> Months => _data.Months;

    /// <summary>An amount with its currency: <c>$1,234.50</c>, <c>1.234,50 €</c>, <c>15,000 KWD</c>.</summary>
    public string Money(Money amount)
    {
        var decimals = amount.Decimals;
        var value = Math.Abs(amount.AmountMinor) / (decimal)Math.Pow(10, decimals);
        return With(value.ToString("N" + decimals, _numbers), amount.Currency, amount.AmountMinor < 0);
    }

    /// <summary>A price a piece, which may have fractions of the smallest unit: <c>$0.004</c>.</summary>
    /// <param name="minor">Minor units with fractions.</param>
    public string UnitPrice(decimal minor, string currency)
    {
        var decimals = Billing.Money.DecimalsOf(currency);
        var value = Math.Abs(minor) / (decimal)Math.Pow(10, decimals);
        return With(value.ToString("#,0." + new string('0', decimals) + "########", _numbers).TrimEnd(_data.Decimal[0]), currency, minor < 0);
    }

    public string Number(decimal value) => value.ToString("#,0.######", _numbers);

    public string Percent(decimal value) => _data.Percent.Replace("{0}", value.ToString("0.##", _numbers), StringComparison.Ordinal);

    public string Day(DateOnly day) => _data.Date
        .Replace("{d}", day.Day.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{m}", _data.Months[day.Month - 1], StringComparison.Ordinal)
        .Replace("{y}", day.Year.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary><c>month</c>, <c>3 months</c> in the language; null without an interval.</summary>
    public string? Per(string? interval, long every) => interval is null ? null
        : every == 1 ? _data.Per[interval] : $"{every} {_data.Pers[interval]}";

    /// <summary>The sentence of this name, filled in.</summary>
    public string Say(string name, IReadOnlyDictionary<string, string?> values) =>
        Sentence.Fill(_data.Sentences.GetValueOrDefault(name) ?? throw new KeyNotFoundException($"The language '{Code}' has no sentence '{name}'."), values);

    /// <summary>Names of its sentences.</summary>
    public IEnumerable<string> Sentences => _data.Sentences.Keys;

    private string With(string digits, string currency, bool negative)
    {
        var known = _data.Symbols.TryGetValue(currency, out var symbol);
        var text = !known ? $"{digits}{(_data.SymbolAfter ? '\u00a0' : ' ')}{currency.ToUpperInvariant()}"
            : _data.SymbolAfter ? $"{digits}\u00a0{symbol}"
            : symbol + digits;
        return (negative ? "-" : "") + text;
    }

    private static Dictionary<string, Locale> LoadAll()
    {
        var assembly = typeof(Locale).Assembly;
        Dictionary<string, Locale> all = new(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("locales/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var data = JsonSerializer.Deserialize<LocaleData>(stream, Options)!;
            all[data.Code] = new Locale(data);
        }

        return all;
    }

    private sealed record LocaleData(
        string Code,
        IReadOnlyList<string> Countries,
        string Decimal,
        string Group,
        string Percent,
        string Date,
        IReadOnlyList<string> Months,
        bool SymbolAfter,
        IReadOnlyDictionary<string, string> Symbols,
        IReadOnlyDictionary<string, string> Per,
        IReadOnlyDictionary<string, string> Pers,
        IReadOnlyDictionary<string, string> Sentences);
}
