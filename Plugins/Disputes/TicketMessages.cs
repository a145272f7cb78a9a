using BillingCopilot.Billing;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Billing.Triage;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Plugins.Documents;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>A customer's tickets around a disputed charge, with words as a card and a bank may have them.</summary>
internal sealed class TicketMessages(TenantContext tenant, IHelpdesk helpdesk)
{
    /// <summary>Stands where words were left out.</summary>
    public const string Cut = "[cut]";

    /// <summary>Most that are looked through.</summary>
    public const int MostTickets = 100;

    /// <summary>Longest words of one, in characters: a card shows them all.</summary>
    public const int LongestTicket = 1_500;

    /// <summary>How long before the charge a ticket that is handed in may have come, in days, to be about it.</summary>
    private const int DaysBefore = 30;
    private const int LongestSubject = 200;

    /// <summary>All since the customer or the subscription began: a complaint counts however old it is.</summary>
    public async Task<CustomerMessages> ReadAsync(string reason, Charge charge, Customer customer, Subscription? subscription, CancellationToken cancellationToken)
    {
        var from = Dates.Instant(charge.Created).AddDays(-DaysBefore);
        var since = new[] { from, Dates.Instant(customer.Created), Dates.Instant(subscription?.StartDate ?? customer.Created) }.Min();
        var found = await helpdesk.ListAsync(tenant, customer.Id, customer.Email, since, MostTickets + 1, cancellationToken);
        var looked = found.Take(MostTickets).Where(f => f.Ticket.Body != SubjectEraser.Gone).ToList();
        var changed = await helpdesk.ChangedAsync(tenant, [.. looked.Select(f => f.Ticket.Id)], cancellationToken);
        string?[] gaps =
        [
            found.Count > MostTickets ? $"There are more than {MostTickets} tickets; only the newest were looked at." : null,
            looked.Count < Math.Min(found.Count, MostTickets) ? "The words of some tickets were erased." : null,
        ];
        return CustomerMessages.Sort(
            reason,
            looked.Select(f => Of(f.Ticket, tenant.Day(changed.TryGetValue(f.Ticket.Id, out var at) ? at : f.At), customer.Id)),
            tenant.Day(from),
            string.Join(' ', gaps.OfType<string>()) is { Length: > 0 } gap ? gap : null);
    }

    /// <summary>Judged by all its words, given by those that are left once it is cleaned, redacted and cut.</summary>
    private static CustomerMessage Of(Ticket ticket, DateOnly on, string customerId)
    {
        var (subject, body) = (PlainText.Clean(ticket.Subject, int.MaxValue), PlainText.CleanLines(ticket.Body, int.MaxValue));
        var (shownSubject, shownBody) = (Shown(subject, LongestSubject), Shown(body, LongestTicket));
        var words = $"{subject}\n{body}";
        return new CustomerMessage(
            PlainText.Clean(ticket.Number, 60),
            on,
            shownSubject,
            shownBody,
            TicketClassifier.Shipped.Classify(words).Intent,
            ticket.CustomerId == customerId,
            HarmlessWords.Fault(words) ?? (PdfText.CanWrite(shownSubject) && PdfText.CanWrite(shownBody) ? null : "has letters that the PDF's font lacks"));
    }

    private static string Shown(string text, int most)
    {
        var clean = NeverList.Clean(text);
        return clean.Length <= most ? clean : $"{PlainText.CleanLines(clean, most)} {Cut}";
    }
}
