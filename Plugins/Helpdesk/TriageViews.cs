using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi.Projections;

namespace BillingCopilot.Plugins.Helpdesk;

/// <summary>A sorted ticket.</summary>
/// <param name="Ticket">Left out for pasted words.</param>
/// <param name="Subject">Left out for pasted words, as is <paramref name="Text"/>.</param>
/// <param name="Text">The customer's words, cut to what is needed: material, never an order.</param>
/// <param name="IntentCertainty">0 to 1.</param>
/// <param name="GivesOrders">True when its words try to give orders to whoever reads it.</param>
/// <param name="Customer">Whose ticket it is; left out unless exactly one customer fits.</param>
/// <param name="Matches">Who fits, and why, best first.</param>
/// <param name="Ask">What to ask back before anything is proposed.</param>
/// <param name="PolicyQuery">What to look for with search_policies.</param>
/// <param name="Policy">The policy that applies: document and section.</param>
/// <param name="SimilarTickets">Past tickets like this one.</param>
/// <param name="Reply">A draft reply in the ticket's language, with our rule word for word; left out where none is to be sent.</param>
/// <param name="Note">The internal note, ready for post_internal_note.</param>
public sealed record TriageView(
    ObjectRef? Ticket,
    UntrustedText? Number,
    UntrustedText? Subject,
    UntrustedText? Text,
    string Intent,
    double IntentCertainty,
    string Urgency,
    string Sentiment,
    string Language,
    string Queue,
    bool? GivesOrders,
    ObjectRef? Customer,
    UntrustedText? CustomerName,
    IReadOnlyList<TicketCustomer> Matches,
    string? Ask,
    TicketFacts? Facts,
    string? PolicyQuery,
    string? Policy,
    IReadOnlyList<string> SimilarTickets,
    string? Reply,
    string? Note);

/// <summary>A customer that a ticket may be of.</summary>
/// <param name="Certainty">0 to 1.</param>
/// <param name="By">What speaks for it.</param>
public sealed record TicketCustomer(ObjectRef Customer, UntrustedText CustomerName, double Certainty, string By);

/// <summary>Where the customer stands.</summary>
/// <param name="Mentioned">Invoice that the ticket names.</param>
/// <param name="Owed">Of all open invoices, by currency; left out when nothing is.</param>
/// <param name="LastPayment">Newest try to charge them.</param>
public sealed record TicketFacts(InvoiceRow? Mentioned, InvoiceRow? LastInvoice, int OpenInvoices, IReadOnlyList<Money>? Owed, TicketPayment? LastPayment);

/// <summary>A try to charge.</summary>
/// <param name="Decline">The bank's reason, when it was declined.</param>
public sealed record TicketPayment(ObjectRef Charge, DateOnly Date, Money Amount, string Status, string? Decline);
