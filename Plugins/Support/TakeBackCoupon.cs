using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>Arguments of <c>take_back_coupon</c>.</summary>
public sealed record TakeBackCouponArguments(
    [property: Handle(ObjectKind.Subscription), Description("Subscription with the coupon.")] ObjectRef Subscription,
    [property: SetByCode] string? Discount = null);

/// <summary>
/// Undoes a coupon put on a subscription, while no invoice has used it; its other discounts stay. Discounts bear no mark,
/// so which one was put on here is known by the executed proposal alone.
/// </summary>
public sealed class TakeBackCoupon(StripeReaders readers) : IOperation<TakeBackCouponArguments>
{
    private static readonly string[] Running = ["active", "trialing", "past_due"];

    public static OperationDescriptor Descriptor { get; } = new(
        "take_back_coupon",
        "Proposes to take an unused coupon off a subscription.",
        typeof(TakeBackCouponArguments),
        Risk.Money) { FarSideReplays = true, Stamps = "the subscription", UndoesOnly = true, Rule = PolicyRules.Coupon };

    public async Task<Outcome<Preview<TakeBackCouponArguments>>> PreviewAsync(TakeBackCouponArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var reader = readers.For(tenant);
        if (!(await reader.SubscriptionWithDiscountsAsync(arguments.Subscription.Id, cancellationToken)).TryGet(out var subscription, out var refusal)
            || !(await reader.CustomerAsync(subscription.CustomerId, cancellationToken)).TryGet(out var customer, out refusal))
        {
            return refusal;
        }

        if (Unfit(subscription, arguments.Discount) is { } unfit)
        {
            return unfit;
        }

        var discount = subscription.Discounts.First(d => d.Id == arguments.Discount);
        if (discount.Source?.Coupon is not { } coupon)
        {
            return new Refusal("coupon_unknown", "The coupon of that discount could not be read.", "Look at the subscription's discounts in Stripe's dashboard.");
        }

        if (!(await reader.InvoicesAsync(Since(subscription, discount), cancellationToken)).TryGet(out var invoices, out refusal))
        {
            return refusal;
        }

        if (Used(discount, invoices) is { } used)
        {
            return used;
        }

        var stay = Staying(subscription, customer, discount.Id).Select(id => new InvoiceDiscountOptions { Discount = id });
        return (await reader.PreviewInvoiceAsync(new InvoiceCreatePreviewOptions { Subscription = subscription.Id }, cancellationToken)).TryGet(out var before, out refusal)
            && (await reader.PreviewInvoiceAsync(new InvoiceCreatePreviewOptions { Subscription = subscription.Id, Discounts = [.. stay] }, cancellationToken)).TryGet(out var after, out refusal)
            ? Of(arguments, subscription, customer, coupon, (before, after))
            : refusal;
    }

    public Task<ExecutionResult> ExecuteAsync(TakeBackCouponArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
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
                    Discounts = [.. preview.Declared["stay"].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => new SubscriptionDiscountOptions { Discount = id })],
                },
                cancellationToken)),
            $"Look at the discounts of subscription {arguments.Subscription.Id}.",
            cancellationToken);
    }

    /// <summary>The discount goes and the mark comes in one call, so the mark says whether it took effect.</summary>
    public async Task<ExecutionResult> ReconcileAsync(TakeBackCouponArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        return !(await readers.For(tenant).SubscriptionAsync(arguments.Subscription.Id, cancellationToken)).TryGet(out var subscription, out var refusal)
            ? new ExecutionResult.Unknown($"The subscription could not be read. {refusal}")
            : Stamps.Tell(subscription.Metadata, grant, grant.Approved.GetValueOrDefault("mark"), () => Done(subscription));
    }

    private static ExecutionResult.Executed Done(Subscription subscription) => new(subscription.Id, "The coupon is off the subscription.", subscription.StripeResponse?.RequestId);

    private static Refusal? Unfit(Subscription subscription, string? discount) =>
        !Running.Contains(subscription.Status) ? new Refusal("subscription_not_running", $"The subscription is {subscription.Status}: no further invoice comes that could use the coupon.")
        : discount is null || discount == subscription.Id ? new Refusal("discount_unknown", "Which discount was put on is not known.", "Take it off in Stripe's dashboard.")
        : !ApplyCouponOnce.Kept(subscription).Contains(discount) ? new Refusal("discount_gone", "The discount is not on the subscription any more: an invoice has used it, or somebody took it off.")
        : subscription.ScheduleId is not null ? new Refusal("change_scheduled", "A change of the subscription is scheduled, which sets its discounts.", "Take the scheduled change back with keep_plan first.")
        : !ComingInvoices.Comes(subscription) ? new Refusal("subscription_ends", "The subscription is set to end: no further invoice comes that could use the coupon.", "There is nothing to take back.")
        : null;

    private static InvoiceListOptions Since(Subscription subscription, Discount discount) =>
        new() { Subscription = subscription.Id, Created = new DateRangeOptions { GreaterThanOrEqual = discount.Start } };

    /// <summary>Stripe may list a discount for a while after the one invoice that it was for.</summary>
    private static Refusal? Used(Discount discount, Listing<Invoice> invoices) =>
        invoices.Items.FirstOrDefault(i => (i.TotalDiscountAmounts ?? []).Any(a => a.DiscountId == discount.Id && a.Amount > 0)) is { } by
            ? new Refusal("coupon_used", $"Invoice {by.Number ?? by.Id} has used the coupon.", "It can't be taken back.")
            : invoices.Complete ? null
            : new Refusal("too_many_invoices", "The subscription has more invoices than were read.", "Look at it in Stripe's dashboard.");

    /// <summary>The subscription's other discounts; where there is none, the customer's own is in force again.</summary>
    private static List<string> Staying(Subscription subscription, Customer customer, string discount) =>
        Others(subscription, discount) is { Count: > 0 } others ? others
        : customer.Discount is { } own ? [own.Id]
        : [];

    private static List<string> Others(Subscription subscription, string discount) => [.. ApplyCouponOnce.Kept(subscription).Where(id => id != discount)];

    private static Preview<TakeBackCouponArguments> Of(
        TakeBackCouponArguments arguments, Subscription subscription, Customer customer, Coupon coupon, (Invoice Before, Invoice After) next)
    {
        var (was, comes) = (next.Before.Money(next.Before.Total), next.After.Money(next.After.Total));
        var stored = was with { AmountMinor = -customer.Balance };
        var off = ApplyCouponOnce.Off(ApplyCouponOnce.Of(coupon));
        var has = ApplyCouponOnce.Kept(subscription).Count;
        Dictionary<string, string> declared = new(StringComparer.Ordinal)
        {
            ["status"] = subscription.Status,
            ["customer"] = customer.Id,
            ["discount"] = arguments.Discount!,
            ["coupon"] = coupon.Id,
            ["stay"] = string.Join(',', Others(subscription, arguments.Discount!)),
            ["items"] = string.Join(",", subscription.Items.Data.Select(i => $"{i.Price.Id}x{i.Quantity}").Order(StringComparer.Ordinal)),
            ["period"] = string.Join(",", subscription.Items.Data.Select(i => $"{i.CurrentPeriodStart:O}/{i.CurrentPeriodEnd:O}").Distinct().Order(StringComparer.Ordinal)),
        };
        if (Stamps.Of(subscription.Metadata) is { } mark)
        {
            declared["mark"] = mark;
        }

        return new Preview<TakeBackCouponArguments>(
            arguments,
            $"Take back coupon {coupon.Id} ({off} off) before an invoice uses it",
            customer.Ref(),
            customer.NameOf().Value,
            subscription.Ref(),
            was with { AmountMinor = Math.Abs(comes.AmountMinor - was.AmountMinor) },
            [
                PreviewChange.Of("Next invoice as it stands now", was, comes),
                PreviewChange.Of("Customer's stored credit", stored, stored),
                new PreviewChange("Discounts", $"{has}", $"{has - 1}, without this one"),
            ],
            "The coupon can be applied again while it is valid.",
            declared);
    }
}
