using System.Text.Json;
using BillingCopilot.Billing.Text;

namespace BillingCopilot.Billing.Invoices.Explaining;

/// <summary>For whom it is said.</summary>
public enum Voice
{
    /// <summary>A support agent: short, with the terms of the trade. English only.</summary>
    Agent,

    /// <summary>The customer: whole sentences, in their language.</summary>
    Customer,
}

/// <summary>Puts explanations into words. Every figure in them is one of the explanation.</summary>
/// <param name="day">An instant as the day in the account's zone.</param>
public sealed class InvoiceWords(Locale locale, Func<DateTimeOffset, DateOnly> day)
{
    /// <summary>The parts of an invoice, a line each, in their order.</summary>
    public IReadOnlyList<string> Parts(InvoiceExplanation explanation, Voice voice)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        return [.. explanation.Parts.Concat(explanation.DueParts).Select(p => Part(p, voice))];
    }

    /// <summary>One part in a line.</summary>
    public string Part(ExplainedPart part, Voice voice)
    {
        ArgumentNullException.ThrowIfNull(part);
        return voice == Voice.Agent
            ? Locale.English.Say("agent." + Wire(part.Kind), new PartValues(Locale.English, day).Of(part))
            : locale.Say("customer." + Wire(part.Kind), new PartValues(locale, day).Of(part));
    }

    /// <summary>A letter to the customer: what it is, what changed, every part, what is due.</summary>
    /// <param name="comparison">With the invoice before; null when there is none.</param>
    /// <param name="before">Total of the invoice before, where it was in another currency.</param>
    /// <param name="skip">Parts left out first; after the first page what changed is not said again.</param>
    /// <param name="most">Changes and parts, of each.</param>
    public string Letter(InvoiceExplanation explanation, InvoiceComparison? comparison, string? number, DateTimeOffset date, Money? before = null, int skip = 0, int most = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        var invoice = explanation.Invoice;
        List<string> lines = [locale.Say("head", Values(("number", number), ("date", locale.Day(day(date))), ("total", Money(invoice.Total, invoice.Currency))))];
        lines.AddRange(skip > 0 ? [] : comparison is not null ? Changes(comparison, most) : before is { } other ? [OtherCurrency(invoice.Currency, other)] : []);
        List<ExplainedPart> parts = [.. explanation.Parts, .. explanation.DueParts];
        var shown = parts.Skip(skip).Take(most).ToList();
        lines.AddRange(shown.Select(p => "- " + Part(p, Voice.Customer)));
        lines.AddRange(LeftOut("parts", parts.Count - shown.Count, Money(parts.Sum(p => p.Amount.AmountMinor) - shown.Sum(p => p.Amount.AmountMinor), invoice.Currency)));
        if (invoice.AmountDue != invoice.Total)
        {
            lines.Add(locale.Say("due", Values(("due", Money(invoice.AmountDue, invoice.Currency)))));
        }

        return string.Join('\n', lines);
    }

    /// <summary>Two currencies have no difference without a rate: what is said is that they are two.</summary>
    public string OtherCurrency(string currency, Money before) => locale.Say("currency", Values(
        ("currency", currency.ToUpperInvariant()), ("before", before.Currency.ToUpperInvariant()), ("previous", locale.Money(before))));

    /// <summary>The difference to the invoice before and what makes it, a line each.</summary>
    /// <param name="most">Changes that are told; the others are counted.</param>
    public IReadOnlyList<string> Changes(InvoiceComparison comparison, int most = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var left = comparison.Changes.Skip(most).ToList();
        return [
            Lead(comparison), .. comparison.Changes.Take(most).Select(c => "- " + Change(c)),
            .. LeftOut("changes", left.Count, left.Count == 0 ? "" : Money(left.Sum(c => c.Amount.AmountMinor), left[0].Amount.Currency))];
    }

    /// <summary>How many are not told here, what they come to, and where they stand.</summary>
    private string[] LeftOut(string what, int count, string amount) =>
        count == 0 ? [] : [locale.Say("left_out." + what, Values(("count", locale.Number(count)), ("amount", amount)))];

    private string Lead(InvoiceComparison comparison)
    {
        var difference = comparison.TotalDifference;
        var name = difference.AmountMinor switch { > 0 => "more", < 0 => "less", _ => "same" };
        return locale.Say(name, Values(("difference", Unsigned(difference)), ("previous", Money(comparison.Previous.Total, comparison.Previous.Currency))));
    }

    /// <summary>
    /// The invoice in one paragraph for the customer: what changed since the one before, or, with none before, what is
    /// billed. The largest first; what does not fit is counted.
    /// </summary>
    /// <param name="comparison">With the invoice before; null when there is none.</param>
    /// <param name="most">Characters.</param>
    /// <param name="before">As in <see cref="Letter"/>.</param>
    public string Paragraph(InvoiceExplanation explanation, InvoiceComparison? comparison, string? number, DateTimeOffset date, int most, Money? before = null)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        var invoice = explanation.Invoice;
        var head = locale.Say("head", Values(("number", number), ("date", locale.Day(day(date))), ("total", Money(invoice.Total, invoice.Currency))));
        var (lead, items) = comparison is null
            ? (before is { } other ? $"{head} {OtherCurrency(invoice.Currency, other)}" : head, [.. explanation.Parts.Concat(explanation.DueParts).Select(p => Part(p, Voice.Customer))])
            : ($"{head} {Lead(comparison)}", comparison.Changes.Select(Change).ToList());
        for (var shown = items.Count; ; shown--)
        {
            string[] rest = shown < items.Count ? [locale.Say("and_more", Values(("count", locale.Number(items.Count - shown))))] : [];
            var text = items.Count == 0 ? lead : $"{lead} {string.Join(locale.Say("between", Values()), items.Take(shown).Concat(rest))}";
            if (text.Length <= most || shown == 0)
            {
                return text;
            }
        }
    }

    private string Change(InvoiceChange change) => locale.Say("change." + Wire(change.Kind), Values(
        ("amount", (change.Amount.AmountMinor > 0 ? "+" : "") + locale.Money(change.Amount)),
        ("subject", change.Subject),
        ("before", change.Before?.Quantity is { } had ? locale.Number(had) : null),
        ("after", change.After?.Quantity is { } has ? locale.Number(has) : null),
        ("from", change.After is { } side ? locale.Day(day(side.PeriodStart)) : null)));

    private string Unsigned(Money amount) => locale.Money(amount with { AmountMinor = Math.Abs(amount.AmountMinor) });

    private string Money(long minor, string currency) => locale.Money(new Money(minor, currency));

    private static string Wire<T>(T kind)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    private static Dictionary<string, string?> Values(params (string Name, string? Value)[] values) =>
        values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
}
