using System.ComponentModel;
using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Subscriptions;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Stripe;

namespace BillingCopilot.Plugins.Customers;

/// <summary>Who has subscribed to what.</summary>
public sealed class SubscriptionsPlugin(ToolContext context)
{
    private const int MostRows = 100;
    private static readonly string[] Statuses = ["active", "past_due", "trialing", "unpaid", "paused", "incomplete", "incomplete_expired", "canceled"];
    private readonly StripeReader _reader = context.Reader;
    private readonly SubscriptionProjection _projection = new(context.Reader, context.Tenant);

    [KernelFunction("get_subscription"), ToolEffect(ToolEffect.Read)]
    [Description("One subscription: plans, price, renewal, pending end, trial, discounts and their end, scheduled changes.")]
    public async Task<object> GetSubscriptionAsync([Handle(ObjectKind.Subscription), Description("Handle such as sub1")] string subscription, CancellationToken cancellationToken)
    {
        if (!(await _reader.SubscriptionWithDiscountsAsync(subscription, cancellationToken)).TryGet(out var found, out var refusal)
            || !(await _projection.ViewAsync(found, cancellationToken)).TryGet(out var view, out refusal)
            || !(await _reader.CustomerAsync(found.CustomerId, cancellationToken)).TryGet(out var customer, out refusal)
            || !(await ScheduledAsync(found, cancellationToken)).TryGet(out var scheduled, out refusal))
        {
            return new ToolFailure(refusal);
        }

        return new SubscriptionDetails(
            customer.Ref(),
            customer.NameOf(),
            context.Tenant.Day(found.StartDate),
            MrrOf(found),
            view,
            found.Discounts is { Count: > 0 } discounts ? [.. discounts.Select(DiscountOf)] : customer.Discount is { } general ? [DiscountOf(general)] : null,
            scheduled.Phases.Count > 0 ? scheduled.Phases : null,
            scheduled.Phases.Count > 0 ? scheduled.Then : null,
            context.Tenant.TimeZone);
    }

    private DiscountView DiscountOf(Discount discount)
    {
        var coupon = discount.Source?.Coupon;
        var off = coupon?.PercentOff is { } percent ? $"{percent.ToString("0.##", CultureInfo.InvariantCulture)} %" : coupon?.AmountOff is { } amount ? new Money(amount, coupon.Currency).ToDisplayText() : null;
        return new DiscountView(new UntrustedText(coupon?.Name ?? discount.Source?.CouponId ?? "(unnamed discount)"), off, coupon?.Duration, context.Tenant.Day(discount.End));
    }

    /// <summary>The phases to come; the one that runs is the subscription itself.</summary>
    private async Task<Outcome<Plan>> ScheduledAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        if (subscription.ScheduleId is not { } id)
        {
            return new Plan([], null);
        }

        if (!(await _reader.ScheduleAsync(id, cancellationToken)).TryGet(out var schedule, out var refusal))
        {
            return refusal;
        }

        var ahead = Ahead(schedule, context.Clock.UtcNow);
        if (!(await _reader.PricesAsync(ahead.SelectMany(p => p.Items).Select(i => i.PriceId), cancellationToken)).TryGet(out var prices, out refusal)
            || !(await _reader.ProductNamesAsync(ahead.SelectMany(p => p.Items).Select(i => prices[i.PriceId].ProductId), cancellationToken)).TryGet(out var names, out refusal))
        {
            return refusal;
        }

        return new Plan(
            [
                .. ahead.Select(p => new PhaseView(
                    context.Tenant.Day(p.StartDate),
                    p.EndDate == default ? null : context.Tenant.Day(p.EndDate),
                    [.. p.Items.Select(i => SubscriptionProjection.PlanOf(prices[i.PriceId], i.Quantity, names))])),
            ],
            schedule.EndBehavior);
    }

    internal static List<SubscriptionSchedulePhase> Ahead(SubscriptionSchedule schedule, DateTimeOffset now) => [.. schedule.Phases.Where(p => Dates.Instant(p.StartDate) > now)];

    private sealed record Plan(IReadOnlyList<PhaseView> Phases, string? Then);

    [KernelFunction("list_subscriptions"), ToolEffect(ToolEffect.Read)]
    [Description("All customers' subscriptions by plan and status, with totals.")]
    public async Task<object> ListSubscriptionsAsync(
        [Description("active, past_due, trialing, canceled, …; without: all that are not over")] string? status = null,
        [Description("Part of a plan's name")] string? plan = null,
        [Description("Rows, at most 100; 0: totals only")] int limit = 25,
        CancellationToken cancellationToken = default)
    {
        if (status is not null && !Statuses.Contains(status))
        {
            return new ToolFailure(new Refusal("invalid_status", "There is no such status of a subscription.", $"Use one of: {string.Join(", ", Statuses)}."));
        }

        if (!(await _reader.SubscriptionsAsync(new SubscriptionListOptions { Status = status, Expand = ["data.customer"] }, cancellationToken)).TryGet(out var all, out var refusal)
            || !(await _reader.ProductNamesAsync(all.Items.SelectMany(s => s.Items.Data).Select(i => i.Price.ProductId), cancellationToken)).TryGet(out var names, out refusal))
        {
            return new ToolFailure(refusal);
        }

        var fitting = all.Items.Select(s => new Entry(s, PlanOf(s, names), MrrOf(s)))
            .Where(e => plan is null || e.Plan.Contains(plan.Trim(), StringComparison.OrdinalIgnoreCase)).ToList();
        return ListOf(fitting, all.Complete, Math.Clamp(limit, 0, MostRows));
    }

    private static SubscriptionList ListOf(List<Entry> fitting, bool all, int limit)
    {
        var shown = fitting.OrderByDescending(e => e.Mrr?.AmountMinor ?? 0).ThenBy(e => e.Subscription.Id, StringComparer.Ordinal).Take(limit).ToHashSet();
        var complete = all && shown.Count == fitting.Count;
        return new SubscriptionList(
            fitting.Count,
            complete,
            complete ? null : new Partial(shown.Count, all ? fitting.Count : null, "Narrow it by status or plan, or raise limit (at most 100). Counts and sums are of all that fit."),
            Sums(fitting.Where(e => e.Subscription.Status is "active" or "past_due")),
            [.. fitting.GroupBy(e => (e.Plan, e.Subscription.Status)).OrderByDescending(g => g.Count()).ThenBy(g => g.Key.Plan, StringComparer.Ordinal).Select(g => GroupOf(g.Key.Plan, g.Key.Status, [.. g], shown))]);
    }

    private static SubscriptionGroup GroupOf(string plan, string status, List<Entry> group, HashSet<Entry> shown) => new(
        new UntrustedText(plan),
        status,
        group.Count,
        Sums(group),
        [.. group.Where(shown.Contains).Select(e => new SubscriptionRow(e.Subscription.Ref(), e.Subscription.Customer?.NameOf() ?? new UntrustedText("(no name)"), e.Mrr))]);

    private static List<Money> Sums(IEnumerable<Entry> entries) =>
        [.. entries.Select(e => e.Mrr).OfType<Money>().GroupBy(m => m.Currency, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new Money(g.Sum(m => m.AmountMinor), g.Key))];

    private static string PlanOf(Subscription subscription, IReadOnlyDictionary<string, string> names) =>
        string.Join(" + ", subscription.Items.Data.Select(i => names.GetValueOrDefault(i.Price.ProductId) ?? "(unnamed plan)").Distinct().Order(StringComparer.Ordinal));

    private static Money? MrrOf(Subscription subscription) => Mrr.Of(
    [
        .. subscription.Items.Data
            .Where(i => i.Price.Recurring is { UsageType: not "metered" } && i.Price is { UnitAmount: not null, BillingScheme: not "tiered" })
            .Select(i => new RecurringAmount(new Money(i.Price.UnitAmount!.Value, i.Price.Currency), i.Quantity, i.Price.Recurring.Interval, i.Price.Recurring.IntervalCount)),
    ]);

    private sealed record Entry(Subscription Subscription, string Plan, Money? Mrr);
}
