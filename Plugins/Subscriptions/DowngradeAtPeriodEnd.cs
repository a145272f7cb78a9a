using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Subscriptions;

/// <summary>
/// Plans a smaller plan, or fewer seats, for the next period: by a schedule of two phases, the running one as it is and
/// the next with the change. Nothing is prorated.
/// </summary>
public sealed class DowngradeAtPeriodEnd(StripeReaders readers) : IOperation<DowngradeArguments>
{
    private static readonly string[] Running = ["active", "past_due"];

    public static OperationDescriptor Descriptor { get; } = new(
        "downgrade_at_period_end",
        "Proposes a smaller plan or fewer seats from the next period on.",
        typeof(DowngradeArguments),
        Risk.Reversible) { FarSideReplays = true, Stamps = "the schedule", Undo = new UndoneBy("keep_plan", "schedule", OfResult: true) { Target = "subscription" }, Rule = PolicyRules.Downgrade };

    public async Task<Outcome<Preview<DowngradeArguments>>> PreviewAsync(DowngradeArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        return (await ReadAsync(arguments, tenant, cancellationToken)).TryGet(out var facts, out var refusal)
            ? Previewed(arguments, facts, tenant)
            : refusal;
    }

    private static Outcome<Preview<DowngradeArguments>> Previewed(DowngradeArguments arguments, DowngradeFacts facts, TenantContext tenant) =>
        Unfit(facts) is { } unfit ? unfit : Of(arguments, facts, tenant);

    public Task<ExecutionResult> ExecuteAsync(DowngradeArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(writers);
        DowngradeFacts? read = null;
        return Planned.ExecuteAsync(
            () => ReconcileAsync(arguments, tenant, grant, cancellationToken),
            async () =>
            {
                if (!(await ReadAsync(arguments, tenant, cancellationToken)).TryGet(out var facts, out var refusal))
                {
                    return refusal;
                }

                read = facts;
                return Previewed(arguments, facts, tenant);
            },
            grant,
            _ => WriteAsync(read!, writers.Open<StripeWriter>(grant), again: grant.Attempt > 1, cancellationToken),
            $"Look whether a change of plan is scheduled for subscription {arguments.Subscription.Id}.",
            cancellationToken);
    }

    /// <summary>The phases and the mark come in one call, so the mark says whether it took effect.</summary>
    public async Task<ExecutionResult> ReconcileAsync(DowngradeArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        var reader = readers.For(tenant);
        if (!(await reader.SubscriptionAsync(arguments.Subscription.Id, cancellationToken)).TryGet(out var subscription, out var refusal)
            || !(await reader.SchedulesAsync(subscription.CustomerId, cancellationToken)).TryGet(out var schedules, out refusal))
        {
            return new ExecutionResult.Unknown($"The subscription's schedule could not be read. {refusal}");
        }

        return schedules.Items.FirstOrDefault(s => Stamps.Bears(s.Metadata, grant)) is { } made ? Done(made)
            : schedules.Complete ? new ExecutionResult.NotDone()
            : new ExecutionResult.Unknown("The customer has more schedules than were read.");
    }

    private Task<Outcome<DowngradeFacts>> ReadAsync(DowngradeArguments arguments, TenantContext tenant, CancellationToken cancellationToken) =>
        new DowngradeReader(readers.For(tenant)).ReadAsync(arguments.Subscription.Id, arguments.Plan, arguments.Quantity, arguments.Replaces, cancellationToken);

    /// <summary>A schedule that holds only the running phase is one that an earlier run of this made, or as good as none.</summary>
    /// <param name="facts">What the preview was made of that was compared with the approved one.</param>
    /// <param name="again">True for a repetition, whose first attempt may have left a schedule.</param>
    private static async Task<ExecutionResult> WriteAsync(DowngradeFacts facts, StripeWriter writer, bool again, CancellationToken cancellationToken)
    {
        var schedule = facts.Schedule ?? await writer.CreateScheduleAsync(facts.Subscription.Id, cancellationToken);
        var lookAt = $"Look whether schedule {schedule.Id} of subscription {facts.Subscription.Id} has the change.";
        var changed = await Attempt.WriteAsync(async () => Done(await writer.UpdateScheduleAsync(schedule.Id, Phases(facts, schedule), cancellationToken)), lookAt, cancellationToken);
        if (changed is not ExecutionResult.Failed refused || (facts.Schedule is not null && !(again && await IsOwnAsync(schedule, facts.Subscription.Id, writer, cancellationToken))))
        {
            return changed;
        }

        // Without the change it would stay there for nothing.
        var dropped = await Attempt.WriteAsync(async () => Done(await writer.DropScheduleAsync(schedule.Id, cancellationToken)), lookAt, cancellationToken);
        return dropped is ExecutionResult.Executed
            ? refused
            : new ExecutionResult.Unknown($"The change was refused, and schedule {schedule.Id}, which changes nothing, is on the subscription still: release it in Stripe's dashboard. {refused.Refusal}", refused.Refusal.RequestId);
    }

    /// <summary>Whether an earlier attempt of this made the schedule: the same key then has the same answer, and there is no second one to make.</summary>
    private static async Task<bool> IsOwnAsync(SubscriptionSchedule schedule, string subscriptionId, StripeWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            return (await writer.CreateScheduleAsync(subscriptionId, cancellationToken)).Id == schedule.Id;
        }
        catch (StripeException)
        {
            return false;
        }
    }

    private static SubscriptionScheduleUpdateOptions Phases(DowngradeFacts facts, SubscriptionSchedule schedule)
    {
        var (items, change) = (facts.Subscription.Items.Data, facts.Change);
        var (now, then) = (RunningPhase.Of(facts.Subscription), RunningPhase.Of(facts.Subscription));
        (now.StartDate, now.EndDate, now.Items) = (schedule.CurrentPhase.StartDate, facts.PeriodEnd.UtcDateTime, [.. items.Select(i => RunningPhase.Item(i, null))]);
        then.Duration = new SubscriptionSchedulePhaseDurationOptions { Interval = change.To.Interval, IntervalCount = change.To.Every };
        (then.ProrationBehavior, then.Items) = ("none", [.. items.Select(i => RunningPhase.Item(i, i.Id == change.From.ItemId ? change.To : null))]);
        return new SubscriptionScheduleUpdateOptions { EndBehavior = "release", ProrationBehavior = "none", Phases = [now, then] };
    }

    private static ExecutionResult.Executed Done(SubscriptionSchedule schedule) => new(schedule.Id, "The change of plan is scheduled.", schedule.StripeResponse?.RequestId);

    private static Refusal? Unfit(DowngradeFacts facts) => facts switch
    {
        { Subscription: var s } when !Running.Contains(s.Status) => new("subscription_not_running", $"The subscription is {s.Status}.", s.Status == "trialing" ? "In a trial the plan is changed at once, with downgrade_now." : null),
        { Subscription: { CancelAtPeriodEnd: true } or { CancelAt: not null } } => new("subscription_ends", "The subscription is set to end, so no further period comes.", "Take the end back first, with reactivate_subscription."),
        { Schedule: { } schedule } when schedule.Phases.Count > 1 || schedule.EndBehavior != "release" => new("change_scheduled", "Another change is scheduled for the subscription already (see get_subscription).", "Take that back first, with keep_plan."),
        { Schedule: { } schedule } when schedule.Phases.Any(p => p.AddInvoiceItems is { Count: > 0 }) => new("settings_lost", "The running phase of the subscription's schedule bills items once, which a new plan of phases may bill again.", "Plan the change in Stripe's dashboard."),
        { Subscription.Items.Data: var items, Change: var change } when items.Any(i => i.Id == change.From.ItemId && i.Price.Id != change.To.PriceId && i.DiscountIds is { Count: > 0 }) =>
            new("settings_lost", $"{change.From.Plan} has a discount of its own, which may not go over to {change.To.Plan}.", "Plan the change in Stripe's dashboard."),
        { Subscription.DefaultPaymentMethodId: { } own, Customer: var customer } when own != customer.InvoiceSettings?.DefaultPaymentMethodId =>
            new("settings_lost", "The subscription pays with a payment method of its own, and a scheduled phase would take the customer's.", "Plan the change in Stripe's dashboard."),
        _ => null,
    };

    private static Preview<DowngradeArguments> Of(DowngradeArguments arguments, DowngradeFacts facts, TenantContext tenant)
    {
        var (subscription, change, customer) = (facts.Subscription, facts.Change, facts.Customer);
        var day = tenant.Day(facts.PeriodEnd).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var none = facts.Before!.Value with { AmountMinor = 0 };
        var stored = none with { AmountMinor = -customer.Balance };
        return new Preview<DowngradeArguments>(
            arguments,
            $"Change {DowngradeFacts.Says(change.From)} to {DowngradeFacts.Says(change.To)} on {day}, when the period ends",
            customer.Ref(),
            customer.NameOf().Value,
            subscription.Ref(),
            null,
            [
                new PreviewChange("Plan", DowngradeFacts.Says(change.From), $"{DowngradeFacts.Says(change.To)}, from {day}"),
                PreviewChange.Of("Recurring a month from then on (without tax, usage, discounts)", facts.Before.Value, facts.After!.Value),
                PreviewChange.Of("Proration", none, none),
                PreviewChange.Of("Customer's stored credit", stored, stored),
                new PreviewChange(PreviewChange.Remedy, "", "This one: the period that is paid for stays as it is, and nothing has to be given back."),
                .. RunningPhase.Kept(subscription).ToList() is { Count: > 0 } kept ? [new PreviewChange("Goes on as it is now", "", string.Join(", ", kept))] : Array.Empty<PreviewChange>(),
            ],
            $"Can be taken back until {day}.",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["status"] = subscription.Status,
                ["customer"] = customer.Id,
                ["period_end"] = day,
                ["items"] = string.Join(",", subscription.Items.Data.Select(i => $"{i.Price.Id}x{i.Quantity}").Order(StringComparer.Ordinal)),
                ["settings"] = RunningPhase.Fingerprint(subscription),
                ["to"] = $"{change.To.PriceId}x{change.To.Quantity} at {change.To.Unit}",
                ["instead_of"] = change.From.ItemId!,
            });
    }
}
