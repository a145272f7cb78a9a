using BillingCopilot.Plugins.StripeApi.Projections;
using Stripe;

namespace BillingCopilot.Plugins.Subscriptions;

/// <summary>
/// A running subscription's settings as a phase of a schedule names them: what a phase leaves out, it drops when it
/// begins. Metadata and payment methods it leaves as they are, so that neither is set back to what it was.
/// </summary>
internal static class RunningPhase
{
    /// <summary>A phase like the running one, still without its time and its items.</summary>
    public static SubscriptionSchedulePhaseOptions Of(Subscription subscription) => new()
    {
        ApplicationFeePercent = subscription.ApplicationFeePercent,
        AutomaticTax = subscription.AutomaticTax is { Enabled: true } tax
            ? new() { Enabled = true, Liability = tax.Liability is { } liable ? new() { Type = liable.Type, Account = liable.AccountId } : null }
            : null,
        BillingThresholds = subscription.BillingThresholds is { } threshold
            ? new() { AmountGte = threshold.AmountGte, ResetBillingCycleAnchor = threshold.ResetBillingCycleAnchor }
            : null,
        CollectionMethod = subscription.CollectionMethod,
        DefaultTaxRates = Ids(subscription.DefaultTaxRates),
        Description = subscription.Description,
        Discounts = subscription.DiscountIds is { Count: > 0 } discounts ? [.. discounts.Select(id => new SubscriptionSchedulePhaseDiscountOptions { Discount = id })] : null,
        InvoiceSettings = Invoices(subscription),
        OnBehalfOf = subscription.OnBehalfOfId,
        TransferData = subscription.TransferData is { } transfer ? new() { Destination = transfer.DestinationId, AmountPercent = transfer.AmountPercent } : null,
    };

    /// <summary>An item as it is, or with another price or number.</summary>
    public static SubscriptionSchedulePhaseItemOptions Item(SubscriptionItem item, Billing.Subscriptions.PlanItem? to) => new()
    {
        Price = to?.PriceId ?? item.Price.Id,
        Quantity = item.Price.Recurring.UsageType == "metered" ? null : to?.Quantity ?? item.Quantity,
        TaxRates = Ids(item.TaxRates),
        Discounts = item.DiscountIds is { Count: > 0 } discounts ? [.. discounts.Select(id => new SubscriptionSchedulePhaseItemDiscountOptions { Discount = id })] : null,
        BillingThresholds = item.BillingThresholds?.UsageGte is { } usage ? new() { UsageGte = usage } : null,
    };

    /// <summary>What goes on as it is now, in words; what is changed on the subscription until then is set back to it.</summary>
    public static IEnumerable<string> Kept(Subscription subscription)
    {
        var items = subscription.Items.Data;
        (bool Has, string Words)[] all =
        [
            (subscription.DefaultTaxRates is { Count: > 0 } || items.Any(i => i.TaxRates is { Count: > 0 }), "tax rates"),
            (subscription.AutomaticTax is { Enabled: true }, "automatic tax"),
            (subscription.DiscountIds is { Count: > 0 } || items.Any(i => i.DiscountIds is { Count: > 0 }), "discounts"),
            (subscription.BillingThresholds is not null || items.Any(i => i.BillingThresholds is not null), "billing thresholds"),
            (subscription.CollectionMethod == "send_invoice", "payment by invoice"),
            (subscription.TransferData is not null || subscription.OnBehalfOfId is not null || subscription.ApplicationFeePercent is not null, "shares of other accounts"),
        ];
        return all.Where(a => a.Has).Select(a => a.Words);
    }

    /// <summary>What of it an approval is bound to: the settings that move money.</summary>
    public static string Fingerprint(Subscription subscription)
    {
        static string Join(IEnumerable<string>? ids) => string.Join('+', (ids ?? []).Order(StringComparer.Ordinal));
        var items = subscription.Items.Data.OrderBy(i => i.Id, StringComparer.Ordinal)
            .Select(i => $"{i.Id}:{Join(i.TaxRates?.Select(r => r.Id))}:{Join(i.DiscountIds)}:{i.BillingThresholds?.UsageGte}");
        return FormattableString.Invariant(
            $"{Join(subscription.DefaultTaxRates?.Select(r => r.Id))};{Join(subscription.DiscountIds)};{subscription.AutomaticTax?.Enabled};{subscription.CollectionMethod};{subscription.BillingThresholds?.AmountGte};{subscription.TransferData?.DestinationId}:{subscription.TransferData?.AmountPercent};{subscription.OnBehalfOfId};{subscription.ApplicationFeePercent};{string.Join(',', items)}");
    }

    private static SubscriptionSchedulePhaseInvoiceSettingsOptions? Invoices(Subscription subscription)
    {
        var settings = subscription.InvoiceSettings;
        var options = new SubscriptionSchedulePhaseInvoiceSettingsOptions
        {
            AccountTaxIds = settings?.AccountTaxIdIds is { Count: > 0 } ids ? ids : null,
            CustomFields = settings?.CustomFields is { Count: > 0 } fields ? [.. fields.Select(f => new SubscriptionSchedulePhaseInvoiceSettingsCustomFieldOptions { Name = f.Name, Value = f.Value })] : null,
            DaysUntilDue = subscription.DaysUntilDue,
            Description = settings?.Description,
            Footer = settings?.Footer,
            Issuer = settings?.Issuer is { Type: "account" } issuer ? new() { Type = issuer.Type, Account = issuer.AccountId } : null,
        };
        return options is { AccountTaxIds: null, CustomFields: null, DaysUntilDue: null, Description: null, Footer: null, Issuer: null } ? null : options;
    }

    private static List<string>? Ids(List<TaxRate>? rates) => rates is { Count: > 0 } ? [.. rates.Select(r => r.Id)] : null;
}
