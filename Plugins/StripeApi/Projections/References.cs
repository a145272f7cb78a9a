using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi.Projections;

/// <summary>Stripe's ids, amounts and names in our types.</summary>
internal static class References
{
    public static ObjectRef Ref(this Customer customer) => new(ObjectKind.Customer, customer.Id);

    public static ObjectRef Ref(this Invoice invoice) => new(ObjectKind.Invoice, invoice.Id);

    public static ObjectRef Ref(this Charge charge) => new(ObjectKind.Charge, charge.Id);

    public static ObjectRef Ref(this CreditNote note) => new(ObjectKind.CreditNote, note.Id);

    public static ObjectRef Ref(this Subscription subscription) => new(ObjectKind.Subscription, subscription.Id);

    public static ObjectRef CustomerRef(string? id) => new(ObjectKind.Customer, id ?? "");

    public static Money Money(this Invoice invoice, long minor) => new(minor, invoice.Currency);

    /// <summary>The amount, or nothing to say when it is zero.</summary>
    public static Money? Unless0(this Money amount) => amount.AmountMinor == 0 ? null : amount;

    public static UntrustedText NameOf(this Customer customer) =>
        new(customer.Name ?? customer.BusinessName ?? customer.IndividualName ?? "(no name)");

    public static UntrustedText NameOf(this Invoice invoice) => new(invoice.CustomerName ?? "(no name)");

    public static string? SubscriptionId(this Invoice invoice) => invoice.Parent?.SubscriptionDetails?.SubscriptionId;

    /// <summary>Sent to the customer, and not taken back.</summary>
    public static bool IsFinal(this Invoice invoice) => invoice.Status is "open" or "paid" or "uncollectible";
}
