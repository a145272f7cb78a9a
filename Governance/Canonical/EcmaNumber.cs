using System.Globalization;

namespace BillingCopilot.Governance.Canonical;

/// <summary>Numbers as ECMAScript writes them (RFC 8785, section 3.2.2.3).</summary>
internal static class EcmaNumber
{
    public static string Write(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentException("JSON has no text for an infinite number.");
        }

        if (value == 0)
        {
            return "0";
        }

        var (digits, point) = ShortestDigits(Math.Abs(value));
        return (value < 0 ? "-" : "") + Layout(digits, point);
    }

    /// <summary>The shortest digits that read back as this value, and how many of them stand before the point.</summary>
    private static (string Digits, int Point) ShortestDigits(double value)
    {
        var parts = value.ToString("R", CultureInfo.InvariantCulture).Split('E');
        var exponent = parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var mantissa = parts[0].Split('.');
        var all = mantissa[0] + (mantissa.Length > 1 ? mantissa[1] : "");
        var digits = all.TrimStart('0');
        var point = mantissa[0].Length - (all.Length - digits.Length) + exponent;
        return (digits.TrimEnd('0'), point);
    }

    private static string Layout(string digits, int point) => point switch
    {
        > 21 or <= -6 => Exponential(digits, point - 1),
        <= 0 => "0." + new string('0', -point) + digits,
        _ when digits.Length <= point => digits.PadRight(point, '0'),
        _ => $"{digits[..point]}.{digits[point..]}",
    };

    private static string Exponential(string digits, int exponent) =>
        $"{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent).ToString(CultureInfo.InvariantCulture)}";
}
