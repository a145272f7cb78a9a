using System.Text.Json;
using System.Text.RegularExpressions;
using BillingCopilot.Billing.Dunning;
using BillingCopilot.Billing.Text;

namespace BillingCopilot.Billing.Triage;

/// <summary>The invoice that a reply tells of.</summary>
/// <param name="Status">Stripe's; only paid and open are said.</param>
public sealed record ReplyInvoice(string? Number, DateOnly Date, Money Total, string Status);

/// <summary>The try to charge that a reply tells of: it was declined.</summary>
public sealed record ReplyDecline(Money Amount, DateOnly Date, DeclineCause Cause);

/// <summary>What our own records show to be wrong, of the kind that the ticket is about.</summary>
/// <param name="Kind">As <c>find_billing_mistakes</c> names it: <c>missed_discount</c>.</param>
/// <param name="Amount">Asked for too much, with tax.</param>
public sealed record ReplyFinding(string Kind, Money Amount, string? InvoiceNumber);

/// <summary>What a reply tells, each part null where there is nothing to tell.</summary>
/// <param name="Rule">A sentence of our policy, word for word.</param>
public sealed record ReplyFacts(ReplyInvoice? Invoice, string? Rule, ReplyDecline? Decline = null, ReplyFinding? Finding = null);

/// <summary>Drafts the reply to a ticket, in the ticket's language. It claims no check that nobody made and promises no money.</summary>
public static partial class TicketReply
{
    private const string Hostile = "hostile";

    private const string Unsaid = "refused";

    private static readonly Dictionary<string, string[]> FindingsOf = new(StringComparer.Ordinal)
    {
        ["duplicate_charge"] = ["duplicate_charge", "paid_twice"],
        ["refund_request"] = ["duplicate_charge", "paid_twice", "charged_after_cancel"],
        ["discount_missing"] = ["missed_discount"],
        ["proration_question"] = ["wrong_proration"],
        ["cancel"] = ["charged_after_cancel"],
    };

    /// <summary>The kinds of mistake that a ticket of this intent may be about; empty where looking for one answers nothing.</summary>
    public static IReadOnlyList<string> FindingsFor(string intent) => FindingsOf.GetValueOrDefault(intent, []);

    /// <summary>Whether a declined payment is what a ticket of this intent is about.</summary>
    public static bool IsAboutDecline(string intent) => intent is "failed_payment" or "card_update";

    /// <summary>The draft; null where none is to be sent. A language that there are no words in gets English.</summary>
    public static string? Draft(TicketLabels labels, ReplyFacts facts)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(facts);
        var (invoice, rule) = (facts.Invoice, facts.Rule);
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
            facts.Decline is { } decline && IsAboutDecline(labels.Intent) ? Declined(locale, decline) : null,
            facts.Finding is { } finding && FindingsFor(labels.Intent).Contains(finding.Kind)
                ? locale.Say("reply.found." + finding.Kind, new Dictionary<string, string?>(StringComparer.Ordinal) { ["amount"] = locale.Money(finding.Amount), ["number"] = finding.InvoiceNumber }) : null,
            invoice is null ? null : locale.Say("reply.invoice", values),
            rule is null ? null : locale.Say("reply.rule", values),
            locale.Say("reply.regards", values),
        ];
        return string.Join(labels.Language == "ja" ? "" : " ", sentences.OfType<string>());
    }

    /// <summary>A card that was lost or stolen, and a suspicion of fraud, look to the customer like any refusal: https://docs.stripe.com/declines/codes.</summary>
    private static string Declined(Locale locale, ReplyDecline decline)
    {
        var cause = decline.Cause is DeclineCause.LostOrStolen or DeclineCause.Risk ? Unsaid : JsonNamingPolicy.SnakeCaseLower.ConvertName(decline.Cause.ToString());
        return locale.Say("reply.declined", new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["total"] = locale.Money(decline.Amount),
            ["date"] = locale.Day(decline.Date),
            ["reason"] = locale.Say("decline." + cause, new Dictionary<string, string?>(StringComparer.Ordinal)),
        });
    }

    /// <summary>The sentence of a policy's section that has most of the words, word for word with its full stop; null when none has any.</summary>
    public static string? RuleOf(string section, string words)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(words);
        var wanted = words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w.Length > 3).ToList();
        return SentenceEnd().Split(section).Select(s => s.Trim())
            .Where(s => s.Length is > 20 and <= Longest && !s.Contains('|', StringComparison.Ordinal))
            .Select(s => (Sentence: s, Score: wanted.Count(w => s.Contains(w, StringComparison.OrdinalIgnoreCase))))
            .Where(s => s.Score > 0).OrderByDescending(s => s.Score).Select(s => s.Sentence).FirstOrDefault();
    }

    private const int Longest = 300;

    [GeneratedRegex(@"\n|(?<=[.!?。]) +(?=\S)", RegexOptions.CultureInvariant)]
    private static partial Regex SentenceEnd();
}
