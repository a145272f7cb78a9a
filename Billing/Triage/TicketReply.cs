using BillingCopilot.Billing.Text;

namespace BillingCopilot.Billing.Triage;

/// <summary>The invoice that a reply tells of.</summary>
/// <param name="Status">Stripe's; only paid and open are said.</param>
public sealed record ReplyInvoice(string? Number, DateOnly Date, Money Total, string Status);

/// <summary>Drafts the reply to a ticket, in the ticket's language. It claims no check and promises no money.</summary>
public static class TicketReply
{
    private const string Hostile = "hostile";

    /// <summary>The draft; null where none is to be sent. A language that there are no words in gets English.</summary>
    /// <param name="rule">A sentence of our policy, word for word; null for none.</param>
    public static string? Draft(TicketLabels labels, ReplyInvoice? invoice, string? rule)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Intent == Hostile)
        {
            return null;
        }

        var locale = Locale.All.GetValueOrDefault(labels.Language) ?? Locale.English;
        Dictionary<string, string?> values = new(StringComparer.Ordinal) { ["rule"] = rule };
        if (invoice is not null)
        {
            values["number"] = invoice.Number;
            values["date"] = locale.Day(invoice.Date);
            values["total"] = locale.Money(invoice.Total);
            values["status"] = invoice.Status is "paid" or "open" ? locale.Say("reply." + invoice.Status, values) : null;
        }

        string?[] sentences =
        [
            locale.Say("reply.hello", values),
            locale.Say("reply." + labels.Intent, values),
            invoice is null ? null : locale.Say("reply.invoice", values),
            rule is null ? null : locale.Say("reply.rule", values),
            locale.Say("reply.regards", values),
        ];
        return string.Join(labels.Language == "ja" ? "" : " ", sentences.OfType<string>());
    }

    /// <summary>The sentence of a policy's section that has most of the words, word for word; null when none has any.</summary>
    public static string? RuleOf(string section, string words)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(words);
        var wanted = words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w.Length > 3).ToList();
        return section.Split(["\n", ". "], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(s => s.Length is > 20 and <= Longest && !s.Contains('|', StringComparison.Ordinal))
            .Select(s => (Sentence: s, Score: wanted.Count(w => s.Contains(w, StringComparison.OrdinalIgnoreCase))))
            .Where(s => s.Score > 0).OrderByDescending(s => s.Score).Select(s => s.Sentence).FirstOrDefault();
    }

    private const int Longest = 300;
}
