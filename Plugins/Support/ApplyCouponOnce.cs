using System.ComponentModel;
using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>Arguments of <c>apply_coupon_once</c>.</summary>
public sealed record ApplyCouponArguments(
    [property: Handle(ObjectKind.Subscription), Description("Subscription.")] ObjectRef Subscription,
    [property: Description("Coupon's id or name.")] string Coupon);

/// <summary>Puts a coupon that lasts one invoice onto a subscription; the discounts it has stay.</summary>
public sealed class ApplyCouponOnce(StripeReaders readers) : IOperation<ApplyCouponArguments>
{
    private static readonly string[] Running = ["active", "trialing", "past_due"];

    public static OperationDescriptor Descriptor { get; } = new(
        "apply_coupon_once",
        "Proposes a coupon for a subscription's next invoice.",
        typeof(ApplyCouponArguments),
        Risk.Money) { FarSideReplays = true, Stamps = "the subscription", Undo = new UndoneBy("take_back_coupon", "discount", OfResult: true) { Target = "subscription" }, Rule = PolicyRules.Coupon };

    public async Task<Outcome<Preview<ApplyCouponArguments>>> PreviewAsync(ApplyCouponArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var reader = readers.For(tenant);
        if (!(await reader.SubscriptionWithDiscountsAsync(arguments.Subscription.Id, cancellationToken)).TryGet(out var subscription, out var refusal)
            || !(await reader.CustomerAsync(subscription.CustomerId, cancellationToken)).TryGet(out var customer, out refusal)
            || !(await reader.CouponsAsync(cancellationToken)).TryGet(out var coupons, out refusal))
        {
            return refusal;
        }

        var facts = coupons.Items.Select(Of).ToList();
        if (Find(facts, arguments.Coupon) is not { } coupon)
        {
            return new Refusal("unknown_coupon", $"coupon: there is no coupon '{PlainText.Clean(arguments.Coupon, 60)}'.", CouponRules.Offer(facts, subscription.Currency));
        }

        if (Unfit(subscription) is { } unfit)
        {
            return unfit;
        }

        if (coupon.PercentOff is not null && subscription.Items.Data.Any(i => i.Price is { Recurring.UsageType: "metered" } or { BillingScheme: "tiered" }))
        {
            return new Refusal("effect_unknown", "The subscription bills by usage or in tiers, so what a percentage takes off is not known yet.", CouponRules.Offer([.. facts.Where(c => c.PercentOff is null)], subscription.Currency));
        }

        if (CouponRules.Refuse(coupon, subscription.Currency, [.. (subscription.Discounts ?? []).Select(d => d.Source?.CouponId).OfType<string>()], facts) is { } refused)
        {
            return refused;
        }

        if (!(await reader.PreviewInvoiceAsync(new InvoiceCreatePreviewOptions { Subscription = subscription.Id }, cancellationToken)).TryGet(out var before, out refusal)
            || !(await reader.PreviewInvoiceAsync(new InvoiceCreatePreviewOptions { Subscription = subscription.Id, Discounts = [.. Kept(subscription).Select(id => new InvoiceDiscountOptions { Discount = id }), new() { Coupon = coupon.Id }] }, cancellationToken)).TryGet(out var after, out refusal))
        {
            return refusal;
        }

        if (after.Total >= before.Total)
        {
            return new Refusal("coupon_without_use", $"With coupon {coupon.Id} the next invoice would be {after.Money(after.Total).ToDisplayText()} instead of {before.Money(before.Total).ToDisplayText()}.", "Another discount is in force already; a coupon is no help here.");
        }

        return PreviewOf(arguments, subscription, customer, coupon, (before, after));
    }

    public Task<ExecutionResult> ExecuteAsync(ApplyCouponArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        return Planned.ExecuteAsync(
            () => ReconcileAsync(arguments, tenant, grant, cancellationToken),
            () => PreviewAsync(arguments, tenant, cancellationToken),
            grant,
            async preview => Done(preview.Declared, await writers.Open<StripeWriter>(grant).UpdateSubscriptionAsync(
                arguments.Subscription.Id,
                new SubscriptionUpdateOptions
                {
                    Discounts =
                    [
                        .. preview.Declared["discounts"].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => new SubscriptionDiscountOptions { Discount = id }),
                        new() { Coupon = preview.Declared["coupon"] },
                    ],
                },
                cancellationToken)),
            $"Look at the discounts of subscription {arguments.Subscription.Id}.",
            cancellationToken);
    }

    /// <summary>The discount and the mark come in one call, so the mark says whether it took effect.</summary>
    public async Task<ExecutionResult> ReconcileAsync(ApplyCouponArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        return !(await readers.For(tenant).SubscriptionWithDiscountsAsync(arguments.Subscription.Id, cancellationToken)).TryGet(out var subscription, out var refusal)
            ? new ExecutionResult.Unknown($"The subscription could not be read. {refusal}")
            : Stamps.Tell(subscription.Metadata, grant, grant.Approved.GetValueOrDefault("mark"), () => Done(grant.Approved, subscription));
    }

    /// <summary>The discount that it put on is what an undoing takes off.</summary>
    private static ExecutionResult.Executed Done(IReadOnlyDictionary<string, string> approved, Subscription subscription)
    {
        var earlier = approved["discounts"].Split(',');
        var others = (subscription.Discounts ?? []).Where(d => d?.Source?.CouponId is { } coupon && coupon != approved["coupon"]).Select(d => d.Id);
        var made = Kept(subscription).Except(earlier).Except(others).FirstOrDefault();
        return new(made ?? subscription.Id, "The coupon is on the subscription, for its next invoice.", subscription.StripeResponse?.RequestId);
    }

    internal static CouponFacts Of(Coupon coupon) => new(
        coupon.Id, coupon.Name, coupon.Duration, coupon.PercentOff, coupon.AmountOff is { } off ? new Money(off, coupon.Currency) : null, coupon.Valid);

    /// <summary>By its id, else by a name that only one has.</summary>
    private static CouponFacts? Find(List<CouponFacts> coupons, string wanted) =>
        coupons.FirstOrDefault(c => string.Equals(c.Id, wanted.Trim(), StringComparison.OrdinalIgnoreCase))
        ?? (coupons.Where(c => string.Equals(c.Name, wanted.Trim(), StringComparison.OrdinalIgnoreCase)).ToList() is [var one] ? one : null);

    private static Refusal? Unfit(Subscription subscription) =>
        !Running.Contains(subscription.Status) ? new Refusal("subscription_not_running", $"The subscription is {subscription.Status}.")
        : subscription.ScheduleId is not null ? new Refusal("change_scheduled", "A change of the subscription is scheduled, which sets its discounts: the coupon would be gone before an invoice used it.", "Give something back on an invoice instead, or take the scheduled change back with keep_plan first.")
        : !ComingInvoices.Comes(subscription) ? new Refusal("subscription_ends", "The subscription is set to end: no further invoice comes that could use a coupon.", "Give something back on an invoice instead, if the policy allows it.")
        : null;

    internal static List<string> Kept(Subscription subscription) => [.. subscription.DiscountIds ?? (subscription.Discounts ?? []).Select(d => d.Id)];

    /// <summary>What it takes off: <c>20 %</c>, <c>$5.00</c>.</summary>
    internal static string Off(CouponFacts coupon) =>
        coupon.PercentOff is { } percent ? $"{percent.ToString("0.##", CultureInfo.InvariantCulture)} %" : coupon.AmountOff!.Value.ToDisplayText();

    private static Preview<ApplyCouponArguments> PreviewOf(
        ApplyCouponArguments arguments, Subscription subscription, Customer customer, CouponFacts coupon, (Invoice Before, Invoice After) next)
    {
        var (was, comes) = (next.Before.Money(next.Before.Total), next.After.Money(next.After.Total));
        var stored = was with { AmountMinor = -customer.Balance };
        var off = Off(coupon);
        Dictionary<string, string> declared = new(StringComparer.Ordinal)
        {
            ["status"] = subscription.Status,
            ["customer"] = customer.Id,
            ["coupon"] = coupon.Id,
            ["off"] = off,
            ["discounts"] = string.Join(',', Kept(subscription)),
            ["items"] = string.Join(",", subscription.Items.Data.Select(i => $"{i.Price.Id}x{i.Quantity}").Order(StringComparer.Ordinal)),
        };
        if (ComingInvoices.Ends(subscription))
        {
            declared["last"] = "true";
        }

        if (Stamps.Of(subscription.Metadata) is { } mark)
        {
            declared["mark"] = mark;
        }

        return new Preview<ApplyCouponArguments>(
            arguments with { Coupon = coupon.Id },
            $"Coupon {coupon.Id} ({off} off) for the next invoice",
            customer.Ref(),
            customer.NameOf().Value,
            subscription.Ref(),
            was with { AmountMinor = Math.Abs(was.AmountMinor - comes.AmountMinor) },
            [
                PreviewChange.Of(declared.ContainsKey("last") ? "Next invoice as it stands now, the last: the subscription ends then" : "Next invoice as it stands now", was, comes),
                PreviewChange.Of("Customer's stored credit", stored, stored),
                new PreviewChange(PreviewChange.Remedy, "", "For a gesture or an offer: this one, no money goes back and no fee is lost. Where an invoice billed too much: a credit note on it, with issue_credit_note."),
                new PreviewChange("Discounts", $"{Kept(subscription).Count}", $"{Kept(subscription).Count + 1}, the new one once"),
            ],
            "It can be taken back until an invoice has used it.",
            declared);
    }
}
