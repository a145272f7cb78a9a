using BillingCopilot.Billing;
using Stripe.BillingPortal;

namespace BillingCopilot.Plugins.Mail;

/// <summary>The one form of the customer portal that a link opens.</summary>
public enum PortalForm
{
    /// <summary>Another card or bank account.</summary>
    PaymentMethodUpdate,

    /// <summary>Address, tax number and what else the portal's configuration lets customers change of themselves.</summary>
    CustomerUpdate,
}

/// <summary>What a link to the customer portal opens: one form, or the whole portal as a configuration allows it.</summary>
/// <param name="Configuration"><c>bpc_…</c>; always named, so that a change of the account's default opens nothing else.</param>
/// <param name="Form">Null for the whole portal.</param>
/// <param name="Allows">What the customer may do there, in words.</param>
/// <param name="IsCommon">The whole portal with card, billing details and invoices.</param>
internal sealed record PortalOpening(string Configuration, PortalForm? Form, string Allows, bool IsCommon)
{
    private const string Remedy = "Change it in the portal's settings in Stripe's dashboard, or name another configuration by Stripe:PortalConfiguration.";

    /// <summary>As Stripe takes it; null for the whole portal.</summary>
    public string? Flow => Form switch
    {
        PortalForm.PaymentMethodUpdate => "payment_method_update",
        PortalForm.CustomerUpdate => "customer_update",
        _ => null,
    };

    public static Outcome<PortalOpening> Of(Configuration configuration, PortalForm? form)
    {
        if (!configuration.Active)
        {
            return new Refusal("portal_inactive", $"The portal's configuration {configuration.Id} is not active.", Remedy);
        }

        var features = configuration.Features;
        var (card, details, invoices) = (features?.PaymentMethodUpdate?.Enabled == true, Details(features), features?.InvoiceHistory?.Enabled == true);
        return form switch
        {
            PortalForm.PaymentMethodUpdate => card
                ? new PortalOpening(configuration.Id, form, "Change the payment method, and nothing else", IsCommon: false)
                : new Refusal("portal_form_off", "The portal lets no customer change the payment method.", Remedy),
            PortalForm.CustomerUpdate => details is not null
                ? new PortalOpening(configuration.Id, form, $"Change {details}, and nothing else", IsCommon: false)
                : new Refusal("portal_form_off", "The portal lets no customer change their own details.", Remedy),
            _ => string.Join("; ", All(features, card, details, invoices)) is { Length: > 0 } all
                ? new PortalOpening(configuration.Id, null, $"The whole portal: {all}", card && details is not null && invoices)
                : new Refusal("portal_empty", "The portal lets customers do nothing.", Remedy),
        };
    }

    private static IEnumerable<string> All(ConfigurationFeatures? features, bool card, string? details, bool invoices)
    {
        if (card)
        {
            yield return "change the payment method";
        }

        if (details is not null)
        {
            yield return $"change {details}";
        }

        if (invoices)
        {
            yield return "see invoices and pay them";
        }

        if (features?.SubscriptionUpdate is { Enabled: true } update)
        {
            yield return $"change a subscription ({string.Join(", ", (update.DefaultAllowedUpdates ?? []).Select(Plain).DefaultIfEmpty("its terms"))})";
        }

        if (features?.SubscriptionPause is { Enabled: true })
        {
            yield return "pause a subscription";
        }

        if (features?.SubscriptionCancel is { Enabled: true } cancel)
        {
            yield return cancel.Mode == "immediately" ? "end a subscription at once" : "end a subscription at the end of its period";
        }
    }

    private static string? Details(ConfigurationFeatures? features) =>
        features?.CustomerUpdate is { Enabled: true, AllowedUpdates: { Count: > 0 } allowed } ? string.Join(", ", allowed.Select(Plain)) : null;

    private static string Plain(string word) => word.Replace('_', ' ');
}
