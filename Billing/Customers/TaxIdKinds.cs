using System.Text.Json;
using System.Text.RegularExpressions;

namespace BillingCopilot.Billing.Customers;

/// <summary>One kind of tax id, under Stripe's name for it.</summary>
/// <param name="Kind">Stripe's type: <c>eu_vat</c>.</param>
/// <param name="Label">As people call it.</param>
/// <param name="Pattern">The whole number, in capitals.</param>
/// <param name="Compact">True where spaces, dots and dashes that people type are no part of it.</param>
public sealed record TaxIdKind(string Kind, string Label, string Example, string Pattern, bool Compact = false);

/// <summary>
/// The kinds of tax id that can be filled in, with their form (<c>tax-ids.json</c>; kinds and examples as in Stripe's
/// table, https://docs.stripe.com/billing/customer/tax-ids). Whether a number belongs to the customer is for the tax office.
/// </summary>
public static class TaxIdKinds
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    /// <summary>In the order in which a form lists them.</summary>
    public static IReadOnlyList<TaxIdKind> All { get; } = Read();

    /// <summary>The number as Stripe wants it, or what is wrong with kind or form. A refusal never repeats the number.</summary>
    public static Outcome<string> Normalise(string kind, string number)
    {
        ArgumentNullException.ThrowIfNull(number);
        if (All.FirstOrDefault(k => k.Kind == kind) is not { } known)
        {
            return new Refusal("unknown_tax_id_kind", "The kind of tax id is not one that can be filled in here.", $"Use one of: {string.Join(", ", All.Select(k => k.Kind))}.");
        }

        var text = number.Trim().ToUpperInvariant();
        if (known.Compact)
        {
            text = string.Concat(text.Where(c => c is not (' ' or '.' or '-')));
        }

        return text.Length <= 40 && Regex.IsMatch(text, $"^(?:{known.Pattern})$", RegexOptions.CultureInvariant | RegexOptions.ECMAScript, Longest)
            ? text
            : new Refusal("invalid_tax_id", $"The tax id is not of the form of a {known.Label}.", $"Compare it with {known.Example}.");
    }

    private static List<TaxIdKind> Read()
    {
        using var data = typeof(TaxIdKinds).Assembly.GetManifestResourceStream("BillingCopilot.Billing.Customers.tax-ids.json")!;
        return JsonSerializer.Deserialize<List<TaxIdKind>>(data, JsonSerializerOptions.Web)!;
    }
}
