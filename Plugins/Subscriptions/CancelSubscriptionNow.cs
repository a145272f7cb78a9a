using System.ComponentModel;
using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Subscriptions;

/// <summary>Arguments of <c>cancel_subscription_now</c>.</summary>
public sealed record CancelSubscriptionNowArguments(
    [property: Handle(ObjectKind.Subscription), Description("Subscription to end.")] ObjectRef Subscription);

/// <summary>
/// Ends a subscription at once. Nothing is given back by it; <see cref="CancelSubscriptionProrated"/> credits the unused
/// time. One with open invoices is refused (Stripe would stop collecting them), one with
/// pending items too (no invoice would bill them).
/// </summary>
public sealed class CancelSubscriptionNow(StripeReaders readers) : IOperation<CancelSubscriptionNowArguments>
{
    // Stripe keeps idempotency keys for POST alone (https://docs.stripe.com/api/idempotent_requests): a DELETE is never replayed.
    public static OperationDescriptor Descriptor { get; } = new(
        "cancel_subscription_now",
        "Proposes to end a subscription at once, giving nothing back; a person decides.",
        typeof(CancelSubscriptionNowArguments),
        Risk.Money) { Stamps = "the subscription", Rule = PolicyRules.Ending };

    public async Task<Outcome<Preview<CancelSubscriptionNowArguments>>> PreviewAsync(CancelSubscriptionNowArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        var reader = readers.For(tenant);
        if (!(await reader.SubscriptionAsync(arguments.Subscription.Id, cancellationToken)).TryGet(out var subscription, out var refusal)
            || !(await reader.CustomerAsync(subscription.CustomerId, cancellationToken)).TryGet(out var customer, out refusal)
            || !(await reader.ProductNamesAsync(subscription.Items.Data.Select(i => i.Price.ProductId), cancellationToken)).TryGet(out var names, out refusal))
        {
            return refusal;
        }

        return await EndAtOnce.ObstacleAsync(reader, subscription, cancellationToken) is { } unfit
            ? unfit
            : Of(arguments, subscription, customer, string.Join(", ", subscription.Items.Data.Select(i => names.GetValueOrDefault(i.Price.ProductId) ?? i.Price.Nickname).Distinct()), tenant);
    }

    public async Task<ExecutionResult> ExecuteAsync(CancelSubscriptionNowArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        return await Attempt.ObstacleAsync(() => ReconcileAsync(arguments, tenant, grant, cancellationToken), () => PreviewAsync(arguments, tenant, cancellationToken), grant) ?? await Attempt.DeleteAsync(
            async () =>
            {
                var writer = writers.Open<StripeWriter>(grant);
                var ended = Done(await writer.CancelSubscriptionAsync(arguments.Subscription.Id, cancellationToken));

                // It has ended by now, so a failure to mark it must not look like a failure to end it.
                var marked = await Attempt.WriteAsync(async () => Done(await writer.StampSubscriptionAsync(arguments.Subscription.Id, cancellationToken)), "The subscription has ended.", cancellationToken);
                return marked is ExecutionResult.Executed ? ended : ended with { Summary = "The subscription has ended; it could not be marked.", Unfinished = true };
            },
            $"Look whether subscription {arguments.Subscription.Id} is canceled.",
            cancellationToken);
    }

    /// <summary>The end and its mark come in one call: the mark is the comment of the cancellation.</summary>
    public async Task<ExecutionResult> ReconcileAsync(CancelSubscriptionNowArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        if (!(await readers.For(tenant).SubscriptionAsync(arguments.Subscription.Id, cancellationToken)).TryGet(out var subscription, out var refusal))
        {
            return new ExecutionResult.Unknown($"The subscription could not be read. {refusal}");
        }

        return subscription.Status != "canceled" ? new ExecutionResult.NotDone()
            : subscription.CancellationDetails?.Comment == StripeWriter.CommentOf(grant) ? Done(subscription)
            : new ExecutionResult.Failed(new Refusal("canceled_by_another", "The subscription has ended, but not by this."), Definite: true);
    }

    public async Task FinishAsync(CancelSubscriptionNowArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(writers);
        await writers.Open<StripeWriter>(grant).StampSubscriptionAsync(arguments.Subscription.Id, cancellationToken);
    }

    private static ExecutionResult.Executed Done(Subscription subscription) =>
        new(subscription.Id, "The subscription has ended.", subscription.StripeResponse?.RequestId);

    private static Preview<CancelSubscriptionNowArguments> Of(
        CancelSubscriptionNowArguments arguments, Subscription subscription, Customer customer, string plan, TenantContext tenant)
    {
        var day = tenant.Day(subscription.Items.Data.Min(i => i.CurrentPeriodEnd)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var before = subscription.CancelAtPeriodEnd ? $"ends on {day}" : $"renews on {day}";
        var changes = new List<PreviewChange> { new("Subscription", before, "ends at once") };
        var none = new Money(0, subscription.Currency);
        if (PeriodEnd.Recurring(subscription) is { } mrr)
        {
            changes.Add(PreviewChange.Of("Recurring a month from then on (without tax, usage, discounts)", mrr, none));
        }

        changes.Add(PreviewChange.Of("Proration", none, none));
        changes.Add(PreviewChange.Of("Customer's stored credit", none with { AmountMinor = -customer.Balance }, none with { AmountMinor = -customer.Balance }));
        changes.Add(new PreviewChange(PreviewChange.Remedy, "", "At the period's end, with cancel_subscription_at_period_end: what is paid for can still be used. This one gives nothing back; inside the refund window money goes back with issue_refund, and credit for the unused time comes with cancel_subscription_prorated."));
        return new Preview<CancelSubscriptionNowArguments>(
            arguments,
            $"End {plan} at once",
            customer.Ref(),
            customer.NameOf().Value,
            subscription.Ref(),
            null,
            changes,
            "Can't be undone: the customer would have to subscribe anew.",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["status"] = subscription.Status,
                ["cancel_at_period_end"] = subscription.CancelAtPeriodEnd ? "true" : "false",
                ["period_end"] = day,
                ["customer"] = customer.Id,
                ["items"] = string.Join(",", subscription.Items.Data.Select(i => $"{i.Price.Id}x{i.Quantity}").Order(StringComparer.Ordinal)),
            });
    }
}
