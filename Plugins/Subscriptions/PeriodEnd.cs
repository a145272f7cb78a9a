using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Subscriptions;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Subscriptions;

/// <summary>A subscription's end at the end of its period: set, or taken back. Two operations, one the other's undoing.</summary>
internal sealed class PeriodEnd(StripeReaders readers, bool ends)
{
    private static readonly string[] Running = ["active", "trialing", "past_due", "unpaid"];

    public async Task<Outcome<Preview<TArguments>>> PreviewAsync<TArguments>(TArguments arguments, string subscriptionId, TenantContext tenant, CancellationToken cancellationToken)
        where TArguments : class
    {
        var reader = readers.For(tenant);
        if (!(await reader.SubscriptionAsync(subscriptionId, cancellationToken)).TryGet(out var subscription, out var refusal)
            || !(await reader.CustomerAsync(subscription.CustomerId, cancellationToken)).TryGet(out var customer, out refusal)
            || !(await reader.ProductNamesAsync(subscription.Items.Data.Select(i => i.Price.ProductId), cancellationToken)).TryGet(out var names, out refusal))
        {
            return refusal;
        }

        return Unfit(subscription) is { } unfit ? unfit : Of(arguments, subscription, customer, string.Join(", ", subscription.Items.Data.Select(i => names.GetValueOrDefault(i.Price.ProductId) ?? i.Price.Nickname).Distinct()), tenant);
    }

    public async Task<ExecutionResult> ExecuteAsync<TArguments>(TArguments arguments, string subscriptionId, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
        where TArguments : class => await Attempt.ObstacleAsync(
            () => ReconcileAsync(subscriptionId, grant.Tenant, grant, cancellationToken),
            () => PreviewAsync(arguments, subscriptionId, grant.Tenant, cancellationToken),
            grant) ?? await Attempt.WriteAsync(
        async () => Done(await writers.Open<StripeWriter>(grant).UpdateSubscriptionAsync(subscriptionId, new SubscriptionUpdateOptions { CancelAtPeriodEnd = ends }, cancellationToken)),
        $"Look whether subscription {subscriptionId} ends at its period's end.",
        cancellationToken);

    /// <summary>The change and its mark come in one call, so the mark says whether it took effect.</summary>
    public async Task<ExecutionResult> ReconcileAsync(string subscriptionId, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        if (!(await readers.For(tenant).SubscriptionAsync(subscriptionId, cancellationToken)).TryGet(out var subscription, out var refusal))
        {
            return new ExecutionResult.Unknown($"The subscription could not be read. {refusal}");
        }

        return Stamps.Tell(subscription.Metadata, grant, grant.Approved.GetValueOrDefault("mark"), () => Done(subscription));
    }

    private ExecutionResult.Executed Done(Subscription subscription) => new(
        subscription.Id,
        ends ? "The subscription ends at the end of its period." : "The subscription goes on after its period.",
        subscription.StripeResponse?.RequestId);

    private Refusal? Unfit(Subscription subscription) =>
        !Running.Contains(subscription.Status) ? new Refusal("subscription_not_running", $"The subscription is {subscription.Status}.", ends ? null : "Only one that has not ended can go on.")
        : subscription.CancelAtPeriodEnd == ends ? new Refusal("nothing_to_change", ends ? "The subscription ends at its period's end already." : "The subscription is not set to end.")
        : null;

    private Preview<TArguments> Of<TArguments>(TArguments arguments, Subscription subscription, Customer customer, string plan, TenantContext tenant)
        where TArguments : class
    {
        var end = subscription.Items.Data.Min(i => i.CurrentPeriodEnd);
        var day = tenant.Day(end).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var (renews, stops) = ($"renews on {day}", $"ends on {day}");
        var changes = new List<PreviewChange> { new("Subscription", ends ? renews : stops, ends ? stops : renews) };
        if (Recurring(subscription) is { } mrr)
        {
            var none = mrr with { AmountMinor = 0 };
            changes.Add(PreviewChange.Of("Recurring a month from then on (without tax, usage, discounts)", ends ? mrr : none, ends ? none : mrr));
            changes.Add(PreviewChange.Of("Proration", none, none));
            changes.Add(PreviewChange.Of("Customer's stored credit", none with { AmountMinor = -customer.Balance }, none with { AmountMinor = -customer.Balance }));
        }

        if (ends)
        {
            changes.Add(new PreviewChange(PreviewChange.Remedy, "", "This one: what is paid for can be used until then, and nothing has to be given back."));
        }

        return new Preview<TArguments>(
            arguments,
            ends ? $"End {plan} on {day}, when its period ends" : $"Let {plan} go on after {day}",
            customer.Ref(),
            customer.NameOf().Value,
            subscription.Ref(),
            null,
            changes,
            ends ? $"Can be undone until {day}." : $"The subscription can be ended again.",
            Declared(subscription, day));
    }

    private static Dictionary<string, string> Declared(Subscription subscription, string day)
    {
        var declared = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["status"] = subscription.Status,
            ["cancel_at_period_end"] = subscription.CancelAtPeriodEnd ? "true" : "false",
            ["period_end"] = day,
            ["customer"] = subscription.CustomerId,
            ["items"] = string.Join(",", subscription.Items.Data.Select(i => $"{i.Price.Id}x{i.Quantity}").Order(StringComparer.Ordinal)),
        };
        if (Stamps.Of(subscription.Metadata) is { } mark)
        {
            declared["mark"] = mark;
        }

        return declared;
    }

    internal static Money? Recurring(Subscription subscription)
    {
        var amounts = subscription.Items.Data
            .Where(i => i.Price is { Recurring: { UsageType: not "metered" }, UnitAmount: not null, BillingScheme: not "tiered", TransformQuantity: null })
            .Select(i => new RecurringAmount(new Money(i.Price.UnitAmount!.Value, i.Price.Currency), i.Quantity, i.Price.Recurring.Interval, i.Price.Recurring.IntervalCount))
            .ToList();
        return amounts.Select(a => a.Unit.Currency).Distinct().Count() > 1 ? null : Mrr.Of(amounts);
    }
}
