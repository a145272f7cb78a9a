using System.Globalization;
using System.Text.RegularExpressions;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi.Projections;

/// <summary>One line of an invoice, without what stands beside it anyway.</summary>
/// <param name="Quantity">Left out when it is one, or stands in the description.</param>
/// <param name="Proration">True for one that its description does not call remaining or unused time.</param>
/// <param name="From">First day of its period; left out when that is the invoice's date, stands in the description, or is as in the line before.</param>
/// <param name="To">Day after the period's last; left out likewise.</param>
public sealed partial record InvoiceLineView(
    UntrustedText Description,
    decimal? Quantity,
    Money Amount,
    bool? Proration,
    DateOnly? From,
    DateOnly? To)
{
    /// <param name="date">The invoice's.</param>
    internal static IEnumerable<InvoiceLineView> All(IEnumerable<InvoiceLineItem> lines, DateOnly date, TenantContext tenant)
    {
        InvoiceLineItem? before = null;
        foreach (var line in lines)
        {
            yield return Of(line, before, date, tenant);
            before = line;
        }
    }

    private static InvoiceLineView Of(InvoiceLineItem line, InvoiceLineItem? before, DateOnly date, TenantContext tenant)
    {
        var text = TextOf(line);
        var (from, to) = PeriodOf(line, tenant);
        var same = before is not null && (from, to) == PeriodOf(before, tenant);
        return new InvoiceLineView(
            new UntrustedText(text),
            line.Quantity is null or 1 || text.Contains($"{line.Quantity} ×", StringComparison.Ordinal) ? null : line.Quantity,
            new Money(line.Amount, line.Currency),
            InvoiceFactsMap.IsProration(line) && !text.StartsWith("Remaining time", StringComparison.Ordinal) && !text.StartsWith("Unused time", StringComparison.Ordinal) ? true : null,
            same || from == date || (from is { } day && text.Contains(day.ToString("dd MMM yyyy", CultureInfo.InvariantCulture), StringComparison.Ordinal)) ? null : from,
            same || to == date ? null : to);
    }

    /// <summary>Stripe puts quantity and unit price into words: <c>5 × Team seats (at $12.00 / month)</c>.</summary>
    private static string TextOf(InvoiceLineItem line)
    {
        var text = line.Description ?? "";
        var start = $"{line.Quantity} × ";
        text = text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : text;
        text = TierPrice().Replace(text, "");
        return line.Quantity is null or 0 or 1 || line.Amount == 0 ? UnitPrice().Replace(text, "") : Interval().Replace(text, ")");
    }

    private static (DateOnly? From, DateOnly? To) PeriodOf(InvoiceLineItem line, TenantContext tenant) =>
        line.Period is { } period ? (tenant.Day(period.Start), tenant.Day(period.End)) : (null, null);

    /// <summary><c> (at $399.00 / month)</c></summary>
    [GeneratedRegex(@" \(at [^()]* / [^()]*\)$", RegexOptions.CultureInvariant)]
    private static partial Regex UnitPrice();

    /// <summary>Of <c>(Tier 2 at $0.004 / month)</c> what follows the tier: quantity and amount stand beside it.</summary>
    [GeneratedRegex(@"(?<=\(Tier [0-9]+) at [^()]* / [^()]*(?=\)$)", RegexOptions.CultureInvariant)]
    private static partial Regex TierPrice();

    [GeneratedRegex(@" / (?:every )?(?:\d+ )?(?:day|week|month|year)s?\)$", RegexOptions.CultureInvariant)]
    private static partial Regex Interval();
}
