using System.ComponentModel;
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

/// <summary>Arguments of <c>keep_plan</c>.</summary>
public sealed record KeepPlanArguments(
    [property: Handle(ObjectKind.Subscription), Description("Subscription with a scheduled change.")] ObjectRef Subscription,
    [property: SetByCode] string? Schedule = null);

/// <summary>Takes a scheduled change of plan back before its day: the schedule is released, the subscription goes on as it is.</summary>
public sealed class KeepPlan(StripeReaders readers) : IOperation<KeepPlanArguments>
{
    public static OperationDescriptor Descriptor { get; } = new(
        "keep_plan",
        "Proposes to take a scheduled change of plan back.",
        typeof(KeepPlanArguments),
        Risk.Reversible) { FarSideReplays = true, Stamps = "the schedule", Rule = PolicyRules.Downgrade };

    public async Task<Outcome<Preview<KeepPlanArguments>>> PreviewAsync(KeepPlanArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        var reader = readers.For(tenant);
        if (!(await reader.SubscriptionAsync(arguments.Subscription.Id, cancellationToken)).TryGet(out var subscription, out var refusal)
            || !(await reader.CustomerAsync(subscription.CustomerId, cancellationToken)).TryGet(out var customer, out refusal))
        {
            return refusal;
        }

        if (subscription.ScheduleId is not { } id)
        {
            return new Refusal("nothing_scheduled", "No change is scheduled for the subscription.");
        }

        if (!(await reader.ScheduleAsync(id, cancellationToken)).TryGet(out var schedule, out refusal))
        {
            return refusal;
        }

        var ahead = schedule.Phases.Where(p => schedule.CurrentPhase is { } now && p.StartDate >= now.EndDate).ToList();
        if (schedule.Status != "active" || ahead.Count == 0)
        {
            return new Refusal("nothing_scheduled", "No change is scheduled for the subscription.", "Look at it with get_subscription.");
        }

        // An undoing names what its proposal made.
        if (arguments.Schedule is { } wanted && wanted != id)
        {
            return new Refusal("another_change", "The change that is scheduled now is another than the one to take back.", "Look at it with get_subscription.");
        }

        // Others end the subscription, or were planned by somebody for a reason that stands nowhere here.
        if (schedule.EndBehavior != "release" || ahead.Count > 1 || Stamps.Of(schedule.Metadata) is not { } mark)
        {
            return new Refusal("change_not_planned_here", "The scheduled change is not one that downgrade_at_period_end planned.", "Take it back in Stripe's dashboard.");
        }

        return (await reader.PricesAsync(ahead.SelectMany(p => p.Items).Select(i => i.PriceId), cancellationToken)).TryGet(out var prices, out refusal)
            ? Of(arguments, subscription, customer, (schedule, mark), ahead[0], prices, tenant)
            : refusal;
    }

    public Task<ExecutionResult> ExecuteAsync(KeepPlanArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        return Planned.ExecuteAsync(
            () => ReconcileAsync(arguments, tenant, grant, cancellationToken),
            () => PreviewAsync(arguments, tenant, cancellationToken),
            grant,
            async preview => Done(await writers.Open<StripeWriter>(grant).ReleaseScheduleAsync(preview.Declared["schedule"], cancellationToken)),
            $"Look whether a change of plan is still scheduled for subscription {arguments.Subscription.Id}.",
            cancellationToken);
    }

    /// <summary>The mark comes first, so a released schedule that bears it was released for this grant.</summary>
    public async Task<ExecutionResult> ReconcileAsync(KeepPlanArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        if (!(await readers.For(tenant).ScheduleAsync(grant.Approved["schedule"], cancellationToken)).TryGet(out var schedule, out var refusal))
        {
            return new ExecutionResult.Unknown($"The schedule could not be read. {refusal}");
        }

        return schedule.Status is "active" or "not_started" ? new ExecutionResult.NotDone()
            : schedule.Status == "released" && Stamps.BearsUndo(schedule.Metadata, grant) ? Done(schedule)
            : new ExecutionResult.Failed(new Refusal("schedule_over", $"The schedule is {schedule.Status}, but not by this."), Definite: true);
    }

    private static ExecutionResult.Executed Done(SubscriptionSchedule schedule) => new(schedule.Id, "The scheduled change is taken back.", schedule.StripeResponse?.RequestId);

    private static Preview<KeepPlanArguments> Of(
        KeepPlanArguments arguments, Subscription subscription, Customer customer, (SubscriptionSchedule Schedule, string Mark) planned, SubscriptionSchedulePhase ahead, IReadOnlyDictionary<string, Price> prices, TenantContext tenant)
    {
        var day = tenant.Day(ahead.StartDate).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var changes = new List<PreviewChange> { new("Plan", $"changes on {day}", "stays as it is") };
        if (PeriodEnd.Recurring(subscription) is { } goesOn && PlannedMonthly(ahead, prices) is { } monthly)
        {
            changes.Add(PreviewChange.Of("Recurring a month from then on (without tax, usage, discounts)", monthly, goesOn));
        }

        var none = new Money(0, subscription.Currency);
        changes.Add(PreviewChange.Of("Proration", none, none));
        return new Preview<KeepPlanArguments>(
            arguments,
            $"Keep the plan: take back the change of {day}",
            customer.Ref(),
            customer.NameOf().Value,
            subscription.Ref(),
            null,
            changes,
            "The change can be proposed anew.",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["schedule"] = planned.Schedule.Id,
                ["customer"] = customer.Id,
                ["status"] = subscription.Status,
                ["ahead"] = $"{ahead.StartDate:O}:{string.Join(",", ahead.Items.Select(i => $"{i.PriceId}x{i.Quantity}"))}",
                ["end_behavior"] = planned.Schedule.EndBehavior,
                ["planned_by"] = planned.Mark,
            });
    }

    private static Money? PlannedMonthly(SubscriptionSchedulePhase phase, IReadOnlyDictionary<string, Price> prices) => Mrr.Of(
    [
        .. phase.Items.Select(i => (Price: prices[i.PriceId], i.Quantity)).Where(i => i.Price is { Recurring: { UsageType: not "metered" }, UnitAmount: not null, BillingScheme: not "tiered" })
            .Select(i => new RecurringAmount(new Money(i.Price.UnitAmount!.Value, i.Price.Currency), i.Quantity, i.Price.Recurring.Interval, i.Price.Recurring.IntervalCount)),
    ]);
}
