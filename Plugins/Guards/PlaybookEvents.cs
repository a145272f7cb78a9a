using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Plugins.Guards;

/// <summary>What the object of an event is, as far as playbooks tell.</summary>
public enum EventSubject
{
    /// <summary>Nothing that a specialist has a handle for, or no object at all: a schedule's due time, a payout, an alert.</summary>
    None,
    Customer,
    Invoice,
    Subscription,
    Charge,
    PaymentIntent,
    PaymentMethod,
    Dispute,
    Ticket,
}

/// <summary>The event types that a playbook can be started by, with what they are about (https://docs.stripe.com/api/events/types).</summary>
public static class PlaybookEvents
{
    /// <summary>By event type.</summary>
    public static IReadOnlyDictionary<string, EventSubject> Known { get; } = new (EventSubject Subject, string[] Types)[]
    {
        (EventSubject.Customer, ["customer.created", "customer.updated", "customer.deleted"]),
        (EventSubject.Invoice, [
            "invoice.created", "invoice.finalized", "invoice.finalization_failed", "invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed",
            "invoice.payment_action_required", "invoice.overdue", "invoice.sent", "invoice.updated", "invoice.voided", "invoice.marked_uncollectible"]),
        (EventSubject.Subscription, [
            "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted", "customer.subscription.trial_will_end",
            "customer.subscription.paused", "customer.subscription.resumed"]),
        (EventSubject.Charge, ["charge.failed", "charge.refunded", "charge.succeeded"]),
        (EventSubject.PaymentIntent, ["payment_intent.payment_failed", "payment_intent.requires_action", "payment_intent.succeeded"]),
        (EventSubject.PaymentMethod, ["customer.source.expiring", "payment_method.automatically_updated", "payment_method.detached"]),
        (EventSubject.Dispute, ["charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"]),
        (EventSubject.Ticket, ["helpdesk.ticket.created"]),
        (EventSubject.None, [
            "billing.alert.triggered", "v1.billing.meter.error_report_triggered", "payout.created", "payout.paid", "payout.failed", "payout.reconciliation_completed", "balance.available",
            "review.opened", "review.closed", "radar.early_fraud_warning.created", "application_fee.created", "transfer.created"]),
    }.SelectMany(g => g.Types.Select(t => KeyValuePair.Create(t, g.Subject))).ToDictionary(StringComparer.Ordinal);
}

/// <summary>What a playbook gathers before it does anything: a read tool, and the kind of object that it is asked about.</summary>
/// <param name="About">Null when it needs no object.</param>
/// <param name="Rows">Most rows, where the tool lists; null leaves it to the tool.</param>
/// <param name="Days">How far back, where the tool takes a first day; null leaves it to the tool.</param>
public sealed record ContextItem(string Tool, ObjectKind? About, int? Rows = null, int? Days = null)
{
    /// <summary>True for a search, which is given words instead of an object.</summary>
    public bool Searches { get; init; }
}

/// <summary>The context that playbooks can ask for, by name.</summary>
public static class PlaybookContext
{
    public static IReadOnlyDictionary<string, ContextItem> Known { get; } = new Dictionary<string, ContextItem>(StringComparer.Ordinal)
    {
        ["invoice"] = new("get_invoice", ObjectKind.Invoice),
        ["invoice_change"] = new("explain_invoice_change", ObjectKind.Invoice),
        ["payment_history"] = new("get_payment_history", ObjectKind.Invoice),
        ["customer"] = new("get_customer_overview", ObjectKind.Customer),
        ["customer_payments"] = new("get_payment_history", ObjectKind.Customer),
        ["charges"] = new("list_charges", ObjectKind.Customer, Rows: 50, Days: 183),
        ["dispute"] = new("get_dispute", ObjectKind.Charge),
        ["last_invoices"] = new("list_invoices", ObjectKind.Customer, Rows: 3),
        ["tickets"] = new("list_tickets", ObjectKind.Customer, Rows: 5, Days: 90),
        ["subscription"] = new("get_subscription", ObjectKind.Subscription),
        ["subscriptions"] = new("list_subscriptions", null),
        ["policies"] = new("search_policies", null) { Searches = true },
    };

    /// <summary>The kinds of objects that a specialist gets handles of when such an event arrives.</summary>
    public static IReadOnlyList<ObjectKind> HandlesOf(EventSubject subject) => subject switch
    {
        EventSubject.Customer or EventSubject.PaymentMethod => [ObjectKind.Customer],
        EventSubject.Invoice => [ObjectKind.Invoice, ObjectKind.Customer],
        EventSubject.Subscription => [ObjectKind.Subscription, ObjectKind.Customer],
        EventSubject.Charge or EventSubject.Dispute => [ObjectKind.Charge, ObjectKind.Customer],
        EventSubject.PaymentIntent => [ObjectKind.PaymentIntent],
        _ => [],
    };
}
