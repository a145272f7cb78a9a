using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi.Projections;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>What of an invoice is credited: whole lines with their discounts and taxes, or an amount that no line names.</summary>
/// <param name="Amount">With the tax that comes on top of the lines, less their discounts.</param>
/// <param name="Lines">Number as get_invoice counts, and the line; empty for an amount.</param>
internal sealed record CreditedLines(Money Amount, IReadOnlyList<(int Number, InvoiceLineItem Line)> Lines)
{
    private const int LongestDescription = 80;

    /// <summary>Refusals: amount_or_lines, unknown_line, line_not_creditable, line_credited, amount_differs.</summary>
    public static Outcome<CreditedLines> Of(InvoiceCredits credits, IssueCreditNoteArguments arguments)
    {
        if (arguments.Lines is not { Count: > 0 } numbers)
        {
            return arguments.Amount is { } amount
                ? new CreditedLines(amount, [])
                : new Refusal("amount_or_lines", "Neither an amount nor lines are given.", "Say how much is credited, or which lines of the invoice.");
        }

        var shown = InvoiceView.Shown(credits.Invoice);
        var unknown = numbers.Where(n => n < 1 || n > shown.Count).ToList();
        if (unknown.Count > 0)
        {
            return new Refusal("unknown_line", $"The invoice has no line {unknown[0]}: it has {shown.Count}.", "Look at the invoice again and count its lines from 1.");
        }

        var lines = numbers.Distinct().Order().Select(n => (Number: n, Line: shown[n - 1])).ToList();
        var sum = new Money(lines.Sum(l => Total(l.Line)), credits.Invoice.Currency);
        return Unfit(credits, lines) is { } refusal ? refusal
            : arguments.Amount is { } given && given != sum ? new Refusal("amount_differs", $"These lines come to {sum} with their tax, not {given}.", "Leave the amount out.")
            : new CreditedLines(sum, lines);
    }

    /// <summary>The one line of several that comes to exactly this with its discount and tax; null when none does, or more than one.</summary>
    public static int? Matching(Invoice invoice, Money amount)
    {
        var shown = InvoiceView.Shown(invoice);
        return shown.Count > 1 && shown.Index().Where(l => Total(l.Item) == amount.AmountMinor).Select(l => l.Index + 1).ToList() is [var one] ? one : null;
    }

    public IEnumerable<PreviewChange> Rows() => Lines.Select(l => new PreviewChange(
        $"Line {l.Number}", "", $"{PlainText.Clean(l.Line.Description ?? "", LongestDescription)}: {new Money(Total(l.Line), l.Line.Currency).ToDisplayText()} with tax"));

    /// <summary>As the approval binds to them.</summary>
    public string Declared => string.Join(",", Lines.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Line.Id}={Total(l.Line)}")));

    /// <summary>Tax within the price is in the amount already.</summary>
    private static long Total(InvoiceLineItem line) =>
        line.Amount - (line.DiscountAmounts?.Sum(d => d.Amount) ?? 0) + (line.Taxes?.Where(t => t.TaxBehavior != "inclusive").Sum(t => t.Amount) ?? 0);

    private static Refusal? Unfit(InvoiceCredits credits, List<(int Number, InvoiceLineItem Line)> lines)
    {
        if (credits.Notes.Any(n => n.Lines?.HasMore == true))
        {
            return new Refusal("credit_note_too_long", "A credit note of this invoice has more lines than were read, so nobody can say here which are credited already.", "Credit an amount instead.");
        }

        var before = credits.Notes.SelectMany(n => n.Lines?.Data ?? []).Select(l => l.InvoiceLineItem).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return lines.FirstOrDefault(l => Total(l.Line) <= 0) is { Line: not null } minus
            ? new Refusal("line_not_creditable", $"Line {minus.Number} charges nothing.", "Choose lines that charge something.")
            : lines.FirstOrDefault(l => before.Contains(l.Line.Id)) is { Line: not null } twice
            ? new Refusal("line_credited", $"Line {twice.Number} was credited already.", "Look at the invoice's credit notes.")
            : null;
    }
}
