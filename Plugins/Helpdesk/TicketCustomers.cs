using System.Text.RegularExpressions;
using BillingCopilot.Billing;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using Stripe;

namespace BillingCopilot.Plugins.Helpdesk;

/// <summary>
/// Whose ticket it is, by the helpdesk's own customer, the sender's address, invoice numbers and names in its words. An id of the
/// helpdesk settles it only while nothing else points to somebody else.
/// </summary>
internal sealed partial class TicketCustomers(StripeReader reader)
{
    /// <summary>Shortest name that is looked for inside a text, in characters.</summary>
    private const int ShortestName = 4;
    private const int MostNumbers = 3;

    /// <summary>Best first, each customer once; and the first invoice that the words name.</summary>
    public async Task<Outcome<(IReadOnlyList<TicketCustomer> Matches, Invoice? Mentioned)>> MatchAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        List<TicketCustomer> found = [];
        var words = $"{ticket.Subject}\n{ticket.Body}";
        if (ticket.CustomerId is { } named)
        {
            if (!(await reader.CustomerAsync(named, cancellationToken)).TryGet(out var customer, out var refusal) && refusal.Code is not ("resource_missing" or "customer_deleted"))
            {
                return refusal;
            }

            Add(customer, 0.99, "the helpdesk", isTheirs: true);
        }

        var sender = SenderOf(ticket.SenderMail);
        foreach (var address in Mail().Matches($"{ticket.SenderMail}\n{words}").Select(m => m.Value.ToLowerInvariant()).Distinct().Take(MostNumbers))
        {
            if (!(await reader.CustomersAsync(address, cancellationToken)).TryGet(out var listed, out var refusal))
            {
                return refusal;
            }

            // Anybody can write anybody's address into a ticket, and a pasted one has no sender.
            var (certainty, by) = address == sender ? (0.95, "mail address") : sender is null ? (0.85, "an address in its words") : (0.6, "an address in its words, not the sender's");
            listed.Items.ToList().ForEach(c => Add(c, certainty, by, isTheirs: address == sender));
        }

        Invoice? mentioned = null;
        foreach (var number in Number().Matches(words).Select(m => m.Value).Distinct().Take(MostNumbers))
        {
            if (!(await reader.InvoiceByNumberAsync(number, cancellationToken)).TryGet(out var invoice, out var refusal))
            {
                if (refusal.Code == "invoice_not_found")
                {
                    continue;
                }

                return refusal;
            }

            mentioned ??= invoice;
            if ((await reader.CustomerAsync(invoice.CustomerId, cancellationToken)).TryGet(out var customer, out _))
            {
                Add(customer, 0.95, "invoice number");
            }
        }

        if (await AddNamedAsync($"{words}\n{ticket.SenderName}", (c, certainty) => Add(c, certainty, "name"), cancellationToken) is { } failed)
        {
            return failed;
        }

        List<TicketCustomer> matches = [.. found.GroupBy(f => f.Customer).Select(Joined).OrderByDescending(f => f.Certainty)];
        return (matches, mentioned);

        void Add(Customer? customer, double certainty, string by, bool isTheirs = false)
        {
            if (customer is not null)
            {
                found.Add(new TicketCustomer(customer.Ref(), customer.NameOf(), certainty, by, isTheirs));
            }
        }
    }

    /// <summary>Customers whose whole name stands in the text. One that is only a part of a longer name found there is not meant.</summary>
    private async Task<Refusal?> AddNamedAsync(string text, Action<Customer?, double> add, CancellationToken cancellationToken)
    {
        if (!(await reader.CustomersAsync(null, cancellationToken)).TryGet(out var all, out var refusal))
        {
            return refusal;
        }

        var named = all.Items.Where(c => c.NameOf().Value is { Length: >= ShortestName } name && Holds(text, name)).ToList();
        foreach (var customer in named.Where(c => !named.Exists(longer => longer.NameOf().Value.Length > c.NameOf().Value.Length && Holds(longer.NameOf().Value, c.NameOf().Value))))
        {
            add(customer, named.Count(c => Same(c, customer)) > 1 ? 0.5 : 0.85);
        }

        return null;
    }

    private static bool Same(Customer one, Customer other) => string.Equals(one.NameOf().Value, other.NameOf().Value, StringComparison.OrdinalIgnoreCase);

    private static bool Holds(string text, string name)
    {
        for (var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + name.Length;
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end])))
            {
                return true;
            }
        }

        return false;
    }

    private static TicketCustomer Joined(IEnumerable<TicketCustomer> same)
    {
        var all = same.OrderByDescending(s => s.Certainty).ToList();
        return all[0] with { By = string.Join(", ", all.Select(s => s.By).Distinct()), Confirmed = all.Exists(s => s.Confirmed) };
    }

    /// <summary>The one address that it came from; null where there is none or it can't be told. A sender's display name may hold another's.</summary>
    private static string? SenderOf(string mail) =>
        Mail().Matches(mail.TrimEnd() is [.., '>'] framed && framed.LastIndexOf('<') is >= 0 and var at ? framed[at..] : mail) is [var only] ? only.Value.ToLowerInvariant() : null;

    [GeneratedRegex(@"[\p{L}\p{N}._%+\-]+@[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)+", RegexOptions.CultureInvariant)]
    private static partial Regex Mail();

    [GeneratedRegex(@"\b(?:(?=[A-Z0-9]*[A-Z])[A-Z0-9]{2,12}|[0-9]{8})-[0-9]{3,8}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
