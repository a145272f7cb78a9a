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

/// <summary>Arguments of <c>cancel_subscription_prorated</c>.</summary>
public sealed record CancelSubscriptionProratedArguments(
    [property: Handle(ObjectKind.Subscription), Description("Subscription to end.")] ObjectRef Subscription,
    [property: SetByCode(IsMoment = true)] DateTimeOffset? At = null);

/// <summary>
/// Ends a subscription at once and credits the unused time. Stripe prorates an immediate end at the second of the
/// call, which no card can name; it prorates a change to nothing at the second that the change names. So one call, with
/// an idempotency key, sets everything to quantity 0 as of the pinned second, has that invoiced at once, which stores
/// the credit, marks the subscription and sets its end for the end of the period. A second call brings that end forward.
/// Where it never comes, the money is right all the same, nothing more is billed, and the subscription ends by itself.
/// </summary>
public sealed class CancelSubscriptionProrated(StripeReaders readers, BusinessClock clock) : IOperation<CancelSubscriptionProratedArguments>
{
    /// <summary>A day to decide and a day to carry it out. An older second would give back more.</summary>
    private static readonly TimeSpan MostAge = TimeSpan.FromHours(49);

    private const string NothingBack = "cancel_subscription_now";
    private const string None = "none";

    public static OperationDescriptor Descriptor { get; } = new(
        "cancel_subscription_prorated",
        "Proposes to end a subscription at once, with credit for the unused time.",
        typeof(CancelSubscriptionProratedArguments),
        Risk.Money) { FarSideReplays = true, Stamps = "the subscription", Rule = PolicyRules.Ending };

    public async Task<Outcome<Preview<CancelSubscriptionProratedArguments>>> PreviewAsync(CancelSubscriptionProratedArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        var reader = readers.For(tenant);

        // Stripe counts seconds.
        var at = arguments.At ?? DateTimeOffset.FromUnixTimeSeconds(clock.UtcNow.ToUnixTimeSeconds());
        if (!(await reader.SubscriptionAsync(arguments.Subscription.Id, cancellationToken)).TryGet(out var subscription, out var refusal)
            || !(await reader.CustomerAsync(subscription.CustomerId, cancellationToken)).TryGet(out var customer, out refusal)
            || !(await reader.ProductNamesAsync(subscription.Items.Data.Select(i => i.Price.ProductId), cancellationToken)).TryGet(out var names, out refusal)
            || !(await reader.InvoicesAsync(new InvoiceListOptions { Subscription = subscription.Id, Expand = ["data.payments"] }, cancellationToken)).TryGet(out var invoices, out refusal))
        {
            return refusal;
        }

        if (await EndAtOnce.ObstacleAsync(reader, subscription, cancellationToken) is { } ending)
        {
            return ending;
        }

        if ((Unfit(subscription, at) ?? await PaidPeriod.ObstacleAsync(reader, subscription, invoices, at, NothingBack, cancellationToken)) is { } unfit)
        {
            return unfit;
        }

        if (!(await reader.PreviewInvoiceAsync(new InvoiceCreatePreviewOptions { Subscription = subscription.Id, SubscriptionDetails = Emptied(subscription, at) }, cancellationToken)).TryGet(out var credit, out refusal))
        {
            return refusal;
        }

        return credit.Total >= 0 || credit.Lines.Data.Any(l => l.Amount > 0)
            ? new Refusal("nothing_to_give_back", "Stripe would give nothing back for the unused time, or would go on to bill a part of it.", $"Use {NothingBack}.")
            : Of(arguments with { At = at }, subscription, customer, credit, string.Join(", ", subscription.Items.Data.Select(i => names.GetValueOrDefault(i.Price.ProductId) ?? i.Price.Nickname).Distinct()), tenant);
    }

    public Task<ExecutionResult> ExecuteAsync(CancelSubscriptionProratedArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        return Planned.ExecuteAsync(
            () => ReconcileAsync(arguments, tenant, grant, cancellationToken),
            () => PreviewAsync(arguments, tenant, cancellationToken),
            grant,
            async preview =>
            {
                var writer = writers.Open<StripeWriter>(grant);
                var credited = await writer.UpdateSubscriptionAsync(
                    arguments.Subscription.Id,
                    new SubscriptionUpdateOptions
                    {
                        CancelAtPeriodEnd = preview.Declared["cancel_at"] == None ? true : null,
                        Items = [.. preview.Declared["item_ids"].Split(',').Select(id => new SubscriptionItemOptions { Id = id, Quantity = 0 })],
                        ProrationBehavior = "always_invoice",
                        ProrationDate = arguments.At!.Value.UtcDateTime,
                    },
                    cancellationToken);

                // The credit is there by now, so a failure to end it must not look like a failure to credit.
                return await Attempt.DeleteAsync(
                    async () => Done(await writer.EndEmptiedSubscriptionAsync(arguments.Subscription.Id, cancellationToken)), "The unused time is credited.", cancellationToken)
                    is ExecutionResult.Executed ended ? ended : Done(credited);
            },
            $"Look at the last invoice of subscription {arguments.Subscription.Id}, which would hold the credit, and whether it is set to end or canceled.",
            cancellationToken);
    }

    /// <summary>The credit, the end and the mark come in one call, so the mark says whether it took effect.</summary>
    public async Task<ExecutionResult> ReconcileAsync(CancelSubscriptionProratedArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        return !(await readers.For(tenant).SubscriptionAsync(arguments.Subscription.Id, cancellationToken)).TryGet(out var subscription, out var refusal)
            ? new ExecutionResult.Unknown($"The subscription could not be read. {refusal}")
            : Stamps.Tell(subscription.Metadata, grant, grant.Approved.GetValueOrDefault("mark"), () => Done(subscription));
    }

    /// <summary>Brings the end forward of what costs nothing any more. One to which something came since is left alone.</summary>
    public async Task FinishAsync(CancelSubscriptionProratedArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        if (!(await readers.For(tenant).SubscriptionAsync(arguments.Subscription.Id, cancellationToken)).TryGet(out var subscription, out var refusal))
        {
            throw new InvalidOperationException($"The subscription could not be read. {refusal}");
        }

        if (Stamps.Bears(subscription.Metadata, grant) && subscription.Status != "canceled" && subscription.Items.Data.TrueForAll(i => i.Quantity == 0))
        {
            await writers.Open<StripeWriter>(grant).EndEmptiedSubscriptionAsync(arguments.Subscription.Id, cancellationToken);
        }
    }

    private static ExecutionResult.Executed Done(Subscription subscription) => subscription.Status == "canceled"
        ? new(subscription.Id, "The subscription has ended; the unused time is stored as credit.", subscription.StripeResponse?.RequestId)
        : new(subscription.Id, "The unused time is stored as credit and nothing more is billed. The subscription is set to end by itself; ending it at once is tried again.", subscription.StripeResponse?.RequestId) { Unfinished = true };

    private static InvoiceSubscriptionDetailsOptions Emptied(Subscription subscription, DateTimeOffset at) => new()
    {
        Items = [.. subscription.Items.Data.Select(i => new InvoiceSubscriptionDetailsItemOptions { Id = i.Id, Quantity = 0 })],
        ProrationBehavior = "always_invoice",
        ProrationDate = at.UtcDateTime,
    };

    private Refusal? Unfit(Subscription subscription, DateTimeOffset at) => subscription switch
    {
        { Status: "trialing" } => new("nothing_to_give_back", "It is in its trial: nothing was paid.", $"Use {NothingBack}."),
        { Status: not "active" } => new("subscription_not_running", $"The subscription is {subscription.Status}.", $"Use {NothingBack}."),
        { ScheduleId: not null } => new("change_scheduled", "A change is scheduled for the subscription (see get_subscription).", "Take that back first, with keep_plan."),
        _ when at > clock.UtcNow.AddHours(1) || at < clock.UtcNow - MostAge => new("wrong_time", "at: the credit is reckoned from now on, and this is another time.", "Leave at out."),
        { Items.Data: var items } when items.Any(i => at < Dates.Instant(i.CurrentPeriodStart) || at >= Dates.Instant(i.CurrentPeriodEnd)) =>
            new("period_over", "The period that the credit was reckoned in is over.", "Propose it again."),
        _ => null,
    };

    private static Preview<CancelSubscriptionProratedArguments> Of(
        CancelSubscriptionProratedArguments arguments, Subscription subscription, Customer customer, Invoice credit, string plan, TenantContext tenant)
    {
        var given = new Money(-credit.Total, credit.Currency);
        var none = given with { AmountMinor = 0 };
        var stored = given with { AmountMinor = -customer.Balance };
        var day = tenant.Day(subscription.Items.Data.Min(i => i.CurrentPeriodEnd)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        List<PreviewChange> changes =
        [
            new("Subscription", subscription.CancelAtPeriodEnd ? $"ends on {day}" : $"renews on {day}", "ends at once"),
            new("Unused time", "", $"from {arguments.At!.Value:yyyy-MM-dd HH:mm:ss} UTC to {day}, to the second"),
            PreviewChange.Of("Credit for the unused time, with tax", none, given),
            PreviewChange.Of("Customer's stored credit", stored, stored with { AmountMinor = stored.AmountMinor + given.AmountMinor }),
        ];
        if (PeriodEnd.Recurring(subscription) is { } mrr)
        {
            changes.Add(PreviewChange.Of("Recurring a month from then on (without tax, usage, discounts)", mrr, none));
        }

        changes.Add(new PreviewChange(PreviewChange.Remedy, "", "At the period's end, with cancel_subscription_at_period_end: nothing is given back. Stored credit serves only who is billed again; for money back end it with cancel_subscription_now and refund the part with issue_refund."));
        Dictionary<string, string> declared = new(StringComparer.Ordinal)
        {
            ["status"] = subscription.Status,
            ["cancel_at_period_end"] = subscription.CancelAtPeriodEnd ? "true" : "false",
            ["cancel_at"] = subscription.CancelAt is { } set ? Dates.Instant(set).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) : None,
            ["period_end"] = day,
            ["customer"] = customer.Id,
            ["items"] = string.Join(",", subscription.Items.Data.Select(i => $"{i.Price.Id}x{i.Quantity}").Order(StringComparer.Ordinal)),
            ["item_ids"] = string.Join(",", subscription.Items.Data.Select(i => i.Id).Order(StringComparer.Ordinal)),
            ["given_back"] = given.ToString(),
        };
        if (Stamps.Of(subscription.Metadata) is { } mark)
        {
            declared["mark"] = mark;
        }

        return new Preview<CancelSubscriptionProratedArguments>(
            arguments,
            $"End {plan} at once; {given.ToDisplayText()} for the unused time is stored as credit",
            customer.Ref(),
            customer.NameOf().Value,
            subscription.Ref(),
            given,
            changes,
            "Can't be undone: the customer would have to subscribe anew, and the credit stays.",
            declared);
    }
}
