using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Triage;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Plugins.Crm;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
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

    /// <summary>Policies whose sentences for customers are compared.</summary>
    private const int MostRules = 10;

    /// <summary>Closed tickets of the same intent that are compared.</summary>
    private const int MostPast = 200;
    private readonly TicketCustomers _customers = new(context.Reader);
    private readonly TicketFactsReader _facts = new(context.Reader, context.Tenant);

    [KernelFunction("triage_ticket"), ToolEffect(ToolEffect.Read)]
    [Description("Sorts a ticket: intent, urgency, customer, facts, queue, note.")]
    public async Task<object> TriageTicketAsync(
        [Handle(ObjectKind.Ticket), Description("Handle such as tic1")] string? ticket = null,
        [Description("Or its number, or its words")] string? text = null,
        [Handle(ObjectKind.Customer), Description("Handle of the customer, if the asker named one")] string? customer = null,
        [Description("One of `intents`, after `other`")] string? intent = null,
        CancellationToken cancellationToken = default) =>
        ToolResult.Of(await SortAsync(ticket, text?.Trim(), customer, intent, cancellationToken));

    private async Task<Outcome<TriageView>> SortAsync(string? id, string? text, string? customer, string? reading, CancellationToken cancellationToken)
    {
        if (TicketRouting.Unknown(reading) is { } unknown)
        {
            return unknown;
        }

        var stored = (id ?? text) is { Length: > 0 and <= LongestNumber } named ? await context.Helpdesk.FindAsync(context.Tenant, named, cancellationToken) : null;
        if (stored is null && (id is not null || string.IsNullOrEmpty(text) || !text.Any(char.IsWhiteSpace)))
        {
            return new Refusal("ticket_not_found", "There is no such ticket.", "Give its number as the helpdesk has it, or paste its words.");
        }

        if (stored is not null && context.Routing?.NotFor(context.Asker, stored) is { } hidden)
        {
            return hidden;
        }

        // Where nobody is at the keyboard, nobody names a customer: the ticket alone says whose it is.
        customer = context.Asker is null ? null : customer;
        var ticket = stored ?? new Ticket("", "", "", text!, "", "", null);
        if (!(await _customers.MatchAsync(ticket with { CustomerId = customer ?? ticket.CustomerId }, cancellationToken)).TryGet(out var matched, out var refusal))
        {
            return refusal;
        }

        // Whom the asker names is meant, whatever the words point to.
        var fits = customer is null ? matched.Matches : [.. matched.Matches.Where(m => m.Customer.Id == customer).Select(m => m with { By = "the asker", Confirmed = true })];
        var labels = TicketClassifier.Shipped.Classify($"{ticket.Subject}\n{ticket.Body}").ReadAs(reading, TriageWords.Shipped);
        var account = fits is [var known] && context.Routing is { } routing ? await routing.AccountAsync(context.Tenant, known.Customer.Id, cancellationToken) : null;
        var sorted = new Sorted(
            stored, ticket, labels, fits, account, context.Routing?.QueueOf(labels.Intent, account).Name ?? QueueBook.One.All[0].Name, await BesideAsync(labels, ticket, stored?.Id, cancellationToken));
        return fits is [var one] ? await KnownAsync(sorted, one, matched.Mentioned, cancellationToken) : View(sorted, null);
    }

    private async Task<Outcome<TriageView>> KnownAsync(Sorted sorted, TicketCustomer customer, Invoice? mentioned, CancellationToken cancellationToken)
    {
        var labels = sorted.Labels;
        if (!(await _facts.ReadAsync(customer.Customer.Id, mentioned, cancellationToken)).TryGet(out var facts, out var refusal))
        {
            return refusal;
        }

        return View(sorted, new Known(customer, facts, await FindingAsync(labels.Intent, customer.Customer.Id, cancellationToken), sorted.Beside));
    }

    /// <summary>What our policies and past tickets say of it, whosever it is.</summary>
    private async Task<Beside> BesideAsync(TicketLabels labels, Ticket ticket, string? stored, CancellationToken cancellationToken)
    {
        var policies = labels.PolicyWords.Length == 0 ? [] : await context.Knowledge.SearchAsync(context.Tenant, labels.PolicyWords, "policy", 1, cancellationToken);
        var told = labels.PolicyWords.Length == 0 ? [] : await context.Knowledge.SearchAsync(context.Tenant, labels.PolicyWords, "reply", MostRules, cancellationToken);
        var past = await context.Knowledge.SearchAsync(context.Tenant, $"{labels.PolicyWords} {Cut(ticket.Body, 200)}", "ticket", MostSimilar, cancellationToken);
        var closed = await context.Helpdesk.PastAsync(context.Tenant, labels.Intent, stored, MostPast, cancellationToken);
        return new Beside(
            policies is [var best, ..] ? $"{best.Title}{(best.Section.Length == 0 ? "" : ", " + best.Section)} ({best.Document})" : null,
            TicketReply.RuleOf(string.Join('\n', told.Select(t => t.Quote)), labels.PolicyWords),
            [.. past.Select(p => p.Document).Distinct()],
            [.. TicketSimilarity.Rank($"{ticket.Subject}\n{ticket.Body}", [.. closed.Where(c => context.Routing?.MayRead(context.Asker, c.Ticket.Queue) != false)], c => $"{c.Ticket.Subject}\n{c.Ticket.Body}", MostSimilar)
                .Select(r => new SimilarTicket(new ObjectRef(ObjectKind.Ticket, r.Ticket.Ticket.Id), new UntrustedText(r.Ticket.Ticket.Number), context.Tenant.Day(r.Ticket.At), Math.Round(r.Share, 2)))]);
    }

    /// <summary>The largest mistake of the kind that the ticket is about. One that can't be looked up now is none: the ticket is sorted all the same.</summary>
    private async Task<MistakeView?> FindingAsync(string intent, string customer, CancellationToken cancellationToken)
    {
        var kinds = TicketReply.FindingsFor(intent);
        return kinds.Count > 0 && await new MistakesPlugin(context).FindBillingMistakesAsync(customer, cancellationToken) is MistakeList found
            ? found.Mistakes.FirstOrDefault(m => kinds.Contains(m.Kind) && m.Over is not null)
            : null;
    }

    private static TriageView View(Sorted sorted, Known? known)
    {
        var (stored, labels) = (sorted.Stored, sorted.Labels);
        return new TriageView(
            stored is null ? null : new ObjectRef(ObjectKind.Ticket, stored.Id),
            stored is null ? null : new UntrustedText(stored.Number),
            stored is null ? null : new UntrustedText(stored.Subject),
            stored is null ? null : new UntrustedText(Cut(sorted.Ticket.Body, MostText)),
            labels.Intent,
            labels.IsReading ? null : labels.Certainty,
            labels.IsReading ? "who read it" : null,
            labels.Intent == TicketClassifier.Other ? [.. TicketClassifier.Shipped.Intents] : null,
            labels.Urgency,
            labels.Sentiment,
            labels.Language,
            sorted.Queue,
            stored is { Queue.Length: > 0 } ? stored.Queue : null,
            labels.Intent == "hostile" ? true : null,
            known?.Customer.Customer,
            known?.Customer.CustomerName,
            sorted.Fits,
            known is not null ? null : sorted.Fits.Count == 0 ? "No customer fits. Ask whose ticket it is." : "Several customers fit. Ask which one it is.",
            known is { Customer.Confirmed: false } ? Known.Stranger : null,
            AccountView.Of(sorted.Account),
            known?.Facts,
            known?.Finding,
            labels.PolicyWords.Length == 0 ? null : labels.PolicyWords,
            sorted.Beside.Policy,
            sorted.Beside.Documents,
            sorted.Beside.Closed,
            known is null ? null : TicketReply.Draft(labels, known.ForReply),
            known is null ? null : TriageNote.Of(labels, sorted.Queue, sorted.Account, known));
    }

    private static string Cut(string text, int most) => text.Length > most ? text[..most] + " [cut]" : text;

    /// <summary>A ticket with what its words and the CRM say.</summary>
    private sealed record Sorted(Ticket? Stored, Ticket Ticket, TicketLabels Labels, IReadOnlyList<TicketCustomer> Fits, CrmAccount? Account, string Queue, Beside Beside);
}

/// <summary>What stands beside a ticket without its customer.</summary>
/// <param name="Rule">A policy's sentence that is meant for customers, word for word; null where none is on the matter.</param>
/// <param name="Documents">Past tickets of the knowledge base.</param>
internal sealed record Beside(string? Policy, string? Rule, IReadOnlyList<string> Documents, IReadOnlyList<SimilarTicket> Closed);

/// <summary>What is known of a ticket once its customer is.</summary>
internal sealed record Known(TicketCustomer Customer, TicketFacts Facts, MistakeView? Finding, Beside Beside)
{
    /// <summary>Said to our people where a reply tells a customer's facts to nobody.</summary>
    public const string Stranger = "Whoever wrote is not confirmed as this customer's, so the draft reply tells nothing of theirs.";

    /// <summary>To anyone but the customer we show nothing, not even that the customer exists.</summary>
    public ReplyFacts ForReply => !Customer.Confirmed ? new(null, Beside.Rule) : new(
        (Facts.Mentioned ?? Facts.LastInvoice) is { Status: not ("draft" or "void") } row ? new ReplyInvoice(row.Number, row.Date, row.Total, row.Status) : null,
        Beside.Rule,
        Facts.LastPayment is { Cause: { } cause } paid ? new ReplyDecline(paid.Amount, paid.Date, cause) : null,
        Finding is { Over: { } over } ? new ReplyFinding(Finding.Kind, Finding.OverWithTax ?? over, Finding.InvoiceNumber) : null);
}
