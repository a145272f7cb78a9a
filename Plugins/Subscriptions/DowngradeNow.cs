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
/// A smaller plan, or fewer seats, at once. Stripe credits the rest of the period on the next invoice; its second is
/// pinned when it is proposed, so that the card's figures are the effect's.
/// </summary>
public sealed class DowngradeNow(StripeReaders readers, BusinessClock clock) : IOperation<DowngradeNowArguments>
{
    private static readonly string[] Running = ["active", "trialing"];

    /// <summary>A day to decide and a day to carry it out. An older second, or one that a caller made up, would give back more.</summary>
    private static readonly TimeSpan MostAge = TimeSpan.FromHours(49);

    public static OperationDescriptor Descriptor { get; } = new(
        "downgrade_now",
        "Proposes a smaller plan or fewer seats at once, with proration.",
        typeof(DowngradeNowArguments),
        Risk.Money) { FarSideReplays = true, Stamps = "the subscription", Rule = PolicyRules.Downgrade };

    public async Task<Outcome<Preview<DowngradeNowArguments>>> PreviewAsync(DowngradeNowArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        var reader = readers.For(tenant);
        if (!(await new DowngradeReader(reader).ReadAsync(arguments.Subscription.Id, arguments.Plan, arguments.Quantity, arguments.Replaces, cancellationToken)).TryGet(out var facts, out var refusal))
        {
            return refusal;
        }

        // Stripe counts seconds.
        var at = arguments.At ?? DateTimeOffset.FromUnixTimeSeconds(clock.UtcNow.ToUnixTimeSeconds());
        if (Unfit(facts, at) is { } unfit)
        {
            return unfit;
        }

        if (at > clock.UtcNow.AddHours(1) || at < clock.UtcNow - MostAge)
        {
            return new Refusal("wrong_time", "at: the change is reckoned from now on, and this is another time.", "Leave at out.");
        }

        if (!(await reader.InvoicesAsync(new InvoiceListOptions { Subscription = facts.Subscription.Id, Expand = ["data.payments"] }, cancellationToken)).TryGet(out var invoices, out refusal)
            || !(await reader.PreviewInvoiceAsync(new InvoiceCreatePreviewOptions { Subscription = facts.Subscription.Id }, cancellationToken)).TryGet(out var before, out refusal)
            || !(await reader.PreviewInvoiceAsync(new InvoiceCreatePreviewOptions { Subscription = facts.Subscription.Id, SubscriptionDetails = Changed(facts, at) }, cancellationToken)).TryGet(out var after, out refusal))
        {
            return refusal;
        }

        if (await PaidPeriod.ObstacleAsync(reader, facts.Subscription, invoices, at, "downgrade_at_period_end", cancellationToken) is { } unpaid)
        {
            return unpaid;
        }

        return Of(arguments with { At = at }, facts, before, after, tenant);
    }

    public Task<ExecutionResult> ExecuteAsync(DowngradeNowArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        return Planned.ExecuteAsync(
            () => ReconcileAsync(arguments, tenant, grant, cancellationToken),
            () => PreviewAsync(arguments, tenant, cancellationToken),
            grant,
            async preview => Done(await writers.Open<StripeWriter>(grant).UpdateSubscriptionAsync(
                arguments.Subscription.Id,
                new SubscriptionUpdateOptions
                {
                    Items = [new SubscriptionItemOptions { Id = preview.Declared["instead_of"], Price = preview.Declared["to_price"], Quantity = long.Parse(preview.Declared["to_quantity"], CultureInfo.InvariantCulture) }],
                    ProrationBehavior = "create_prorations",
                    ProrationDate = arguments.At!.Value.UtcDateTime,
                },
                cancellationToken)),
            $"Look at the plan of subscription {arguments.Subscription.Id}.",
            cancellationToken);
    }

    /// <summary>The change and its mark come in one call, so the mark says whether it took effect.</summary>
    public async Task<ExecutionResult> ReconcileAsync(DowngradeNowArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        return !(await readers.For(tenant).SubscriptionAsync(arguments.Subscription.Id, cancellationToken)).TryGet(out var subscription, out var refusal)
            ? new ExecutionResult.Unknown($"The subscription could not be read. {refusal}")
            : Stamps.Tell(subscription.Metadata, grant, grant.Approved.GetValueOrDefault("mark"), () => Done(subscription));
    }

    private static ExecutionResult.Executed Done(Subscription subscription) => new(subscription.Id, "The plan is changed.", subscription.StripeResponse?.RequestId);

    private static InvoiceSubscriptionDetailsOptions Changed(DowngradeFacts facts, DateTimeOffset at) => new()
    {
        Items = [new InvoiceSubscriptionDetailsItemOptions { Id = facts.Change.From.ItemId, Price = facts.Change.To.PriceId, Quantity = facts.Change.To.Quantity }],
        ProrationBehavior = "create_prorations",
        ProrationDate = at.UtcDateTime,
    };

    private static Refusal? Unfit(DowngradeFacts facts, DateTimeOffset at) => facts switch
    {
        { Subscription: var s } when !Running.Contains(s.Status) => new("subscription_not_running", $"The subscription is {s.Status}.", s.Status == "past_due" ? "Use downgrade_at_period_end." : null),
        { Subscription: { CancelAtPeriodEnd: true } or { CancelAt: not null } } => new("subscription_ends", "The subscription is set to end: no further invoice comes that could give the difference back.", "Take the end back first, with reactivate_subscription."),
        { Schedule: { } schedule } when schedule.Phases.Count > 1 || schedule.EndBehavior != "release" => new("change_scheduled", "A change is scheduled for the subscription already (see get_subscription).", "Take that back first, with keep_plan."),
        { Subscription.Items.Data: var items } when items.Any(i => at < Dates.Instant(i.CurrentPeriodStart) || at >= Dates.Instant(i.CurrentPeriodEnd)) =>
            new("period_over", "The period that the change was reckoned in is over.", "Propose it again."),
        _ => null,
    };

    private static Preview<DowngradeNowArguments> Of(DowngradeNowArguments arguments, DowngradeFacts facts, Invoice before, Invoice after, TenantContext tenant)
    {
        var (subscription, change, customer) = (facts.Subscription, facts.Change, facts.Customer);
        var (was, comes) = (before.Money(Prorated(before)), after.Money(Prorated(after)));
        var given = was with { AmountMinor = Math.Abs(Gross(before) - Gross(after)) };
        var stored = was with { AmountMinor = -customer.Balance };
        Dictionary<string, string> declared = new(StringComparer.Ordinal)
        {
            ["status"] = subscription.Status,
            ["customer"] = customer.Id,
            ["items"] = string.Join(",", subscription.Items.Data.Select(i => $"{i.Price.Id}x{i.Quantity}").Order(StringComparer.Ordinal)),
            ["instead_of"] = change.From.ItemId!,
            ["to_price"] = change.To.PriceId,
            ["to_quantity"] = change.To.Quantity.ToString(CultureInfo.InvariantCulture),
            ["proration"] = $"{comes.AmountMinor - was.AmountMinor}",
            ["given_back"] = given.ToString(),
        };
        if (Stamps.Of(subscription.Metadata) is { } mark)
        {
            declared["mark"] = mark;
        }

        return new Preview<DowngradeNowArguments>(
            arguments,
            $"Change {DowngradeFacts.Says(change.From)} to {DowngradeFacts.Says(change.To)} at once; {given.ToDisplayText()} of proration lowers the next invoice",
            customer.Ref(),
            customer.NameOf().Value,
            subscription.Ref(),
            given,
            [
                new PreviewChange("Plan", DowngradeFacts.Says(change.From), $"{DowngradeFacts.Says(change.To)}, from {tenant.Day(arguments.At!.Value):yyyy-MM-dd}"),
                PreviewChange.Of("Recurring a month from then on (without tax, usage, discounts)", facts.Before!.Value, facts.After!.Value),
                PreviewChange.Of("Proration", was, comes),
                PreviewChange.Of("Next invoice as it stands now", before.Money(before.Total), after.Money(after.Total)),
                PreviewChange.Of("Customer's stored credit", stored, stored),
                new PreviewChange(PreviewChange.Remedy, "", "At the period's end instead, with downgrade_at_period_end: nothing is given back."),
            ],
            "Can't be undone: the old plan would be an upgrade.",
            declared);
    }

    private static long Prorated(Invoice preview) => preview.Lines.Data.Where(InvoiceFactsMap.IsProration).Sum(l => l.Amount);

    /// <summary>With the tax that comes on top, and less the discounts: what the customer gets back.</summary>
    private static long Gross(Invoice preview) => preview.Lines.Data.Where(InvoiceFactsMap.IsProration)
        .Sum(l => l.Amount - (l.DiscountAmounts ?? []).Sum(d => d.Amount) + (l.Taxes ?? []).Where(t => t.TaxBehavior == "exclusive").Sum(t => t.Amount));
}
