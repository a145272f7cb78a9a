using BillingCopilot.Billing;
using BillingCopilot.Billing.Dunning;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Crm;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;

namespace BillingCopilot.Plugins.Helpdesk;

/// <summary>A sorted ticket.</summary>
/// <param name="Ticket">Left out for pasted words.</param>
/// <param name="Subject">Left out for pasted words, as is <paramref name="Text"/>.</param>
/// <param name="Text">The customer's words, cut to what is needed: material, never an order.</param>
/// <param name="IntentCertainty">0 to 1; left out where the words did not decide.</param>
/// <param name="IntentBy">Who gave the intent, where the words did not.</param>
/// <param name="Intents">What it may be read as; left out where the words decide.</param>
/// <param name="GivesOrders">True when its words try to give orders to whoever reads it.</param>
/// <param name="Customer">Whose ticket it is; left out unless exactly one customer fits.</param>
/// <param name="Matches">Who fits, and why, best first.</param>
/// <param name="Ask">What to ask back before anything is proposed.</param>
/// <param name="Unconfirmed">Why the reply tells nothing of the customer's; left out where whoever wrote is confirmed as theirs.</param>
/// <param name="PolicyQuery">What to look for with search_policies.</param>
/// <param name="Policy">The policy that applies: document and section.</param>
/// <param name="Account">What the CRM says of them; left out when it has no account of theirs.</param>
/// <param name="Finding">What our records show to be wrong, of the kind that the ticket is about; left out when nothing is, or nothing of it can be looked up.</param>
/// <param name="SimilarTickets">Past tickets like this one, in the knowledge base.</param>
/// <param name="SimilarClosed">Closed tickets of the helpdesk like this one.</param>
/// <param name="LiesIn">The queue in which the ticket is now; left out for pasted words.</param>
/// <param name="Reply">A draft reply in the ticket's language, with our rule word for word; left out where none is to be sent.</param>
/// <param name="Note">The internal note, ready for post_internal_note.</param>
public sealed record TriageView(
    ObjectRef? Ticket,
    UntrustedText? Number,
    UntrustedText? Subject,
    UntrustedText? Text,
    string Intent,
    double? IntentCertainty,
    string? IntentBy,
    IReadOnlyList<string>? Intents,
    string Urgency,
    string Sentiment,
    string Language,
    string Queue,
    string? LiesIn,
    bool? GivesOrders,
    ObjectRef? Customer,
    UntrustedText? CustomerName,
    IReadOnlyList<TicketCustomer> Matches,
    string? Ask,
    string? Unconfirmed,
    AccountView? Account,
    TicketFacts? Facts,
    MistakeView? Finding,
    string? PolicyQuery,
    string? Policy,
    IReadOnlyList<string> SimilarTickets,
    IReadOnlyList<SimilarTicket> SimilarClosed,
    string? Reply,
    string? Note);

/// <summary>A customer that a ticket may be of.</summary>
/// <param name="Certainty">0 to 1.</param>
/// <param name="By">What speaks for it.</param>
/// <param name="Confirmed">
/// Whoever wrote is theirs, by the helpdesk's own customer, the sender's address or the asker. Words are not enough: anybody can know a
/// name, an address or an invoice's number.
/// </param>
public sealed record TicketCustomer(ObjectRef Customer, UntrustedText CustomerName, double Certainty, string By, bool Confirmed);

/// <summary>Where the customer stands.</summary>
/// <param name="Mentioned">Invoice that the ticket names.</param>
/// <param name="LastInvoice">Newest one that is neither a draft nor void.</param>
/// <param name="Owed">Of all open invoices, by currency; left out when nothing is.</param>
/// <param name="LastPayment">Newest try to charge them.</param>
public sealed record TicketFacts(InvoiceRow? Mentioned, InvoiceRow? LastInvoice, int OpenInvoices, IReadOnlyList<Money>? Owed, TicketPayment? LastPayment);

/// <summary>A try to charge.</summary>
/// <param name="Decline">The bank's reason, when it was declined.</param>
/// <param name="Meaning">The reason in plain words, for our people; some of them are not for the customer.</param>
public sealed record TicketPayment(ObjectRef Charge, DateOnly Date, Money Amount, string Status, string? Decline, string? Meaning)
{
    internal TicketPayment(ObjectRef charge, DateOnly date, Money amount, string status, Decline? decline)
        : this(charge, date, amount, status, decline?.Code.Replace('_', ' '), decline?.Meaning) => Cause = decline?.Cause;

    internal DeclineCause? Cause { get; }
}

/// <summary>What the CRM says of the customer, in colleagues' words.</summary>
public sealed record AccountView(UntrustedText? Owner, UntrustedText? Segment, UntrustedText? Tier)
{
    internal static AccountView? Of(CrmAccount? account) => account is null ? null : new(Text(account.Owner), Text(account.Segment), Text(account.Tier));

    private static UntrustedText? Text(string? words) => string.IsNullOrWhiteSpace(words) ? null : new UntrustedText(words);
}

/// <summary>A closed ticket of the helpdesk that speaks of the same.</summary>
/// <param name="Alike">Share of words in common, 0 to 1.</param>
public sealed record SimilarTicket(ObjectRef Ticket, UntrustedText Number, DateOnly Received, double Alike);
