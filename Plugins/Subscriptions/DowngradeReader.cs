using BillingCopilot.Billing;
using BillingCopilot.Billing.Subscriptions;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using Stripe;

namespace BillingCopilot.Plugins.Subscriptions;

/// <summary>A subscription with the change that is wanted.</summary>
internal sealed record DowngradeFacts(Subscription Subscription, Customer Customer, SubscriptionSchedule? Schedule, IReadOnlyList<PlanItem> Items, PlanChange Change)
{
    public DateTimeOffset PeriodEnd => Dates.Instant(Subscription.Items.Data.Min(i => i.CurrentPeriodEnd));

    public Money? Before => Sum(Items);

    public Money? After => Sum(Items.Select(i => i.ItemId == Change.From.ItemId ? Change.To : i));

    public static string Says(PlanItem item) => item.Quantity == 1 ? item.Plan : $"{item.Quantity} × {item.Plan}";

    private static Money? Sum(IEnumerable<PlanItem> items) => Mrr.Of([.. items.Where(i => i.Unit is not null).Select(i => new RecurringAmount(i.Unit!.Value, i.Quantity, i.Interval, i.Every))]);
}

/// <summary>Reads a subscription, what is on sale beside it, and works out what a downgrade would change.</summary>
internal sealed class DowngradeReader(StripeReader reader)
{
    public async Task<Outcome<DowngradeFacts>> ReadAsync(string subscriptionId, string plan, long? quantity, string? replaces, CancellationToken cancellationToken)
    {
        if (!(await reader.SubscriptionAsync(subscriptionId, cancellationToken)).TryGet(out var subscription, out var refusal)
            || !(await reader.CustomerAsync(subscription.CustomerId, cancellationToken)).TryGet(out var customer, out refusal)
            || !(await ScheduleOfAsync(subscription, cancellationToken)).TryGet(out var schedule, out refusal)
            || !(await OnSaleAsync(subscription, cancellationToken)).TryGet(out var onSale, out refusal)
            || !(await reader.ProductNamesAsync(subscription.Items.Data.Select(i => i.Price.ProductId), cancellationToken)).TryGet(out var names, out refusal))
        {
            return refusal;
        }

        var items = subscription.Items.Data.Select(i => Item(i.Price, i.Id, names.GetValueOrDefault(i.Price.ProductId), i.Quantity)).ToList();
        return Downgrades.Plan(items, onSale, plan, quantity, replaces).Map(change => new DowngradeFacts(subscription, customer, schedule.Value, items, change));
    }

    private async Task<Outcome<Maybe>> ScheduleOfAsync(Subscription subscription, CancellationToken cancellationToken) => subscription.ScheduleId is { } id
        ? (await reader.ScheduleAsync(id, cancellationToken)).Map(s => new Maybe(s))
        : new Maybe(null);

    private sealed record Maybe(SubscriptionSchedule? Value);

    private async Task<Outcome<IReadOnlyList<PlanItem>>> OnSaleAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        var rhythm = subscription.Items.Data[0].Price.Recurring;
        var filter = new PriceListOptions
        {
            Active = true, Currency = subscription.Currency, Type = "recurring", Expand = ["data.product"],
            Recurring = new PriceRecurringListOptions { Interval = rhythm.Interval, UsageType = "licensed" },
        };
        return (await reader.PricesAsync(filter, cancellationToken)).Map(found => (IReadOnlyList<PlanItem>)
        [
            .. found.Items.Where(p => p.Recurring.IntervalCount == rhythm.IntervalCount && p.Product is not { Active: false })
                .Select(p => Item(p, null, p.Product?.Name, 1)).Where(p => p.Unit is not null),
        ]);
    }

    private static PlanItem Item(Price price, string? id, string? name, long quantity)
    {
        var whole = price is { UnitAmount: not null, BillingScheme: not "tiered" } && price.Recurring.UsageType != "metered";
        return new PlanItem(price.Id, id, name ?? price.Nickname ?? "(unnamed plan)", whole ? new Money(price.UnitAmount!.Value, price.Currency) : null, quantity, price.Recurring.Interval, price.Recurring.IntervalCount);
    }
}
