using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Guards;

/// <summary>
/// Named conditions under which a playbook acts. The object is read anew: an event may be late, and what it says
/// may no longer be so.
/// </summary>
public sealed class PlaybookGuards(StripeReaders readers, BusinessClock clock)
{
    private const EventSubject AnyObject = (EventSubject)(-1);

    private static readonly Dictionary<string, (EventSubject Of, Func<Asked, Task<bool>> HoldsAsync)> All = new(StringComparer.Ordinal)
    {
        ["invoice_draft"] = (EventSubject.Invoice, async a => (await a.InvoiceAsync()).Status == "draft"),
        ["invoice_open"] = (EventSubject.Invoice, async a => (await a.InvoiceAsync()).Status == "open"),
        ["invoice_unpaid"] = (EventSubject.Invoice, async a => await a.InvoiceAsync() is { AmountRemaining: > 0, Status: "open" or "uncollectible" }),
        ["invoice_recovered"] = (EventSubject.Invoice, async a => await a.InvoiceAsync() is { Status: "paid", AttemptCount: > 1 }),
        ["subscription_ending"] = (EventSubject.Subscription, async a => await a.SubscriptionAsync() is { Status: "active" or "trialing" or "past_due" } s && (s.CancelAtPeriodEnd || s.CancelAt is not null)),
        ["subscription_over"] = (EventSubject.Subscription, async a => (await a.SubscriptionAsync()).Status is "canceled" or "incomplete_expired"),
        ["subscription_trialing"] = (EventSubject.Subscription, async a => (await a.SubscriptionAsync()).Status == "trialing"),
        ["dispute_needs_response"] = (EventSubject.Dispute, async a => (await a.DisputeAsync()).Status is "needs_response" or "warning_needs_response"),
        ["dispute_decided"] = (EventSubject.Dispute, async a => (await a.DisputeAsync()).Status is "won" or "lost" or "warning_closed"),
        ["payment_method_attached"] = (EventSubject.PaymentMethod, async a => (await a.PaymentMethodAsync()).CustomerId is { Length: > 0 }),
        ["customer_not_deleted"] = (AnyObject, async a => await a.CustomerIdAsync() is { } id && await a.IsThereAsync(id)),
        ["working_day"] = (EventSubject.None, a => Task.FromResult(a.Today.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))),
    };

    /// <summary>Guards there are, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether the guard can be asked about such an object.</summary>
    public static bool Fits(string guard, EventSubject subject) => All[guard].Of switch
    {
        EventSubject.None => true,
        AnyObject => subject != EventSubject.None,
        var of => of == subject,
    };

    /// <summary>Whether the condition holds for the object now. Throws when Stripe does not answer, so that the task is tried again.</summary>
    /// <param name="objectId">The event's object; null for a schedule.</param>
    public Task<bool> HoldsAsync(string guard, TenantContext tenant, string agent, EventSubject subject, string? objectId, CancellationToken cancellationToken) =>
        All[guard].HoldsAsync(About(tenant, agent, subject, objectId, cancellationToken));

    /// <summary>What a specialist gets handles of: the object, and whose it is. Empty for what has no handles.</summary>
    public async Task<IReadOnlyList<ObjectRef>> SubjectsAsync(TenantContext tenant, string agent, EventSubject subject, string? objectId, CancellationToken cancellationToken)
    {
        var about = About(tenant, agent, subject, objectId, cancellationToken);
        ObjectRef? own = subject switch
        {
            EventSubject.Invoice => new(ObjectKind.Invoice, objectId!),
            EventSubject.Subscription => new(ObjectKind.Subscription, objectId!),
            EventSubject.Charge => new(ObjectKind.Charge, objectId!),
            EventSubject.PaymentIntent => new(ObjectKind.PaymentIntent, objectId!),
            EventSubject.Ticket => new(ObjectKind.Ticket, objectId!),
            EventSubject.Dispute => new(ObjectKind.Charge, (await about.DisputeAsync()).ChargeId),
            _ => null,
        };
        var customer = await about.CustomerIdAsync() is { } id ? new ObjectRef(ObjectKind.Customer, id) : default(ObjectRef?);
        return [.. new[] { own, customer }.OfType<ObjectRef>()];
    }

    private Asked About(TenantContext tenant, string agent, EventSubject subject, string? objectId, CancellationToken cancellationToken) => new(
        readers.For(new ToolScope(tenant, agent, Asker: null)),
        subject,
        objectId ?? "",
        TimeZoneInfo.TryFindSystemTimeZoneById(tenant.TimeZone, out var zone) ? TimeZoneInfo.ConvertTime(clock.UtcNow, zone) : clock.UtcNow,
        cancellationToken);

    /// <summary>The object of one event, read when it is asked for.</summary>
    private sealed record Asked(StripeReader Reader, EventSubject Subject, string Id, DateTimeOffset Today, CancellationToken CancellationToken)
    {
        public async Task<Stripe.Invoice> InvoiceAsync() => Value(await Reader.InvoiceAsync(Id, CancellationToken));

        public async Task<Stripe.Subscription> SubscriptionAsync() => Value(await Reader.SubscriptionAsync(Id, CancellationToken));

        public async Task<Stripe.Dispute> DisputeAsync() => Value(await Reader.DisputeAsync(Id, CancellationToken));

        public async Task<Stripe.PaymentMethod> PaymentMethodAsync() => Value(await Reader.PaymentMethodAsync(Id, CancellationToken));

        public async Task<string?> CustomerIdAsync() => Subject switch
        {
            EventSubject.Customer => Id,
            EventSubject.Invoice => (await InvoiceAsync()).CustomerId,
            EventSubject.Subscription => (await SubscriptionAsync()).CustomerId,
            EventSubject.Charge => Value(await Reader.ChargeAsync(Id, CancellationToken)).CustomerId,
            EventSubject.Dispute => Value(await Reader.ChargeAsync((await DisputeAsync()).ChargeId, CancellationToken)).CustomerId,
            EventSubject.PaymentMethod => (await PaymentMethodAsync()).CustomerId,
            _ => null,
        };

        public async Task<bool> IsThereAsync(string customer) => await Reader.CustomerAsync(customer, CancellationToken) switch
        {
            Outcome<Stripe.Customer>.Ok => true,
            Outcome<Stripe.Customer>.Refused { Refusal.Code: "customer_deleted" or "resource_missing" } => false,
            Outcome<Stripe.Customer>.Refused { Refusal: var refusal } => throw new GuardReadException(refusal),
            _ => false,
        };

        private static T Value<T>(Outcome<T> outcome) => outcome switch
        {
            Outcome<T>.Ok ok => ok.Value,
            Outcome<T>.Refused { Refusal: var refusal } => throw new GuardReadException(refusal),
            _ => throw new InvalidOperationException("An outcome is either ok or refused."),
        };
    }
}

/// <summary>The object of an event could not be read; the task is tried again.</summary>
public sealed class GuardReadException(Refusal refusal) : Exception(refusal.ToString());
