using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Triage;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Stripe;

namespace BillingCopilot.Plugins.Helpdesk;

/// <summary>Sorts tickets: what each wants, whose it is, what stands behind it, where it belongs.</summary>
public sealed class TicketsPlugin(ToolContext context)
{
    private const int MostText = 1_500;
    private const int LongestNumber = 60;
    private const int MostSimilar = 2;
    private readonly TicketCustomers _customers = new(context.Reader);
    private readonly TicketFactsReader _facts = new(context.Reader, context.Tenant);

    [KernelFunction("triage_ticket"), ToolEffect(ToolEffect.Read)]
    [Description("Sorts a ticket: intent, urgency, customer, facts, queue, note.")]
    public async Task<object> TriageTicketAsync(
        [Handle(ObjectKind.Ticket), Description("Handle such as tic1")] string? ticket = null,
        [Description("Or its number, or its words")] string? text = null,
        [Handle(ObjectKind.Customer), Description("If the asker named them")] string? customer = null,
        CancellationToken cancellationToken = default) =>
        ToolResult.Of(await SortAsync(ticket, text?.Trim(), customer, cancellationToken));

    private async Task<Outcome<TriageView>> SortAsync(string? id, string? text, string? customer, CancellationToken cancellationToken)
    {
        var stored = (id ?? text) is { Length: > 0 and <= LongestNumber } named ? await context.Helpdesk.FindAsync(context.Tenant, named, cancellationToken) : null;
        if (stored is null && (id is not null || string.IsNullOrEmpty(text) || !text.Any(char.IsWhiteSpace)))
        {
            return new Refusal("ticket_not_found", "There is no such ticket.", "Give its number as the helpdesk has it, or paste its words.");
        }

        var ticket = stored ?? new Ticket("", "", "", text!, "", "", null);
        if (!(await _customers.MatchAsync(ticket with { CustomerId = customer ?? ticket.CustomerId }, cancellationToken)).TryGet(out var matched, out var refusal))
        {
            return refusal;
        }

        // Whom the asker names is meant, whatever the words point to.
        var fits = customer is null ? matched.Matches : [.. matched.Matches.Where(m => m.Customer.Id == customer).Select(m => m with { By = "the asker" })];
        var labels = TicketClassifier.Shipped.Classify($"{ticket.Subject}\n{ticket.Body}");
        return fits is [var one]
            ? await KnownAsync(stored, ticket, labels, one, matched.Mentioned, cancellationToken)
            : View(stored, ticket, labels, fits, null, null, null, [], null);
    }

    private async Task<Outcome<TriageView>> KnownAsync(Ticket? stored, Ticket ticket, TicketLabels labels, TicketCustomer customer, Invoice? mentioned, CancellationToken cancellationToken)
    {
        if (!(await _facts.ReadAsync(customer.Customer.Id, mentioned, cancellationToken)).TryGet(out var facts, out var refusal))
        {
            return refusal;
        }

        var policies = labels.PolicyWords.Length == 0 ? [] : await context.Knowledge.SearchAsync(context.Tenant, labels.PolicyWords, "policy", 1, cancellationToken);
        var past = await context.Knowledge.SearchAsync(context.Tenant, $"{labels.PolicyWords} {Cut(ticket.Body, 200)}", "ticket", MostSimilar, cancellationToken);
        var policy = policies.Count == 0 ? null : $"{policies[0].Title}{(policies[0].Section.Length == 0 ? "" : ", " + policies[0].Section)} ({policies[0].Document})";
        string[] similar = [.. past.Select(p => p.Document).Distinct()];
        return View(stored, ticket, labels, [customer], facts, policy, TriageNote.Of(labels, customer, facts, policy, similar), similar, policies is [var rule, ..] ? TicketReply.RuleOf(rule.Quote, labels.PolicyWords) : null);
    }

    private static TriageView View(Ticket? stored, Ticket ticket, TicketLabels labels, IReadOnlyList<TicketCustomer> fits, TicketFacts? facts, string? policy, string? note, IReadOnlyList<string> similar, string? rule)
    {
        var one = fits is [var only] ? only : null;
        return new TriageView(
            stored is null ? null : new ObjectRef(ObjectKind.Ticket, stored.Id),
            stored is null ? null : new UntrustedText(stored.Number),
            stored is null ? null : new UntrustedText(stored.Subject),
            stored is null ? null : new UntrustedText(Cut(ticket.Body, MostText)),
            labels.Intent,
            labels.Certainty,
            labels.Urgency,
            labels.Sentiment,
            labels.Language,
            labels.Queue,
            labels.Intent == "hostile" ? true : null,
            one?.Customer,
            one?.CustomerName,
            fits,
            one is not null ? null : fits.Count == 0 ? "No customer fits. Ask whose ticket it is." : "Several customers fit. Ask which one it is.",
            facts,
            labels.PolicyWords.Length == 0 ? null : labels.PolicyWords,
            policy,
            similar,
            one is null ? null : TicketReply.Draft(labels, (facts?.Mentioned ?? facts?.LastInvoice) is { } row ? new ReplyInvoice(row.Number, row.Date, row.Total, row.Status) : null, rule),
            note);
    }

    private static string Cut(string text, int most) => text.Length > most ? text[..most] + " [cut]" : text;
}
