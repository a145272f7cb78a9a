using BillingCopilot.Billing;
using BillingCopilot.Billing.Charges;
using BillingCopilot.Billing.Dunning;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi.Projections;

/// <summary>Charges as the rules want them.</summary>
internal static class ChargeFactsMap
{
    /// <param name="invoice">The invoice it pays, or null.</param>
    public static ChargeFacts Of(Charge charge, Invoice? invoice) => new(
        charge.Id,
        charge.CustomerId ?? "",
        new Money(charge.Amount, charge.Currency),
        charge.AmountRefunded,
        charge.PaymentMethodDetails?.Card?.Fingerprint ?? charge.PaymentMethod,
        Dates.Instant(charge.Created),
        charge.Status == "succeeded",
        charge.Disputed,
        invoice?.Id,
        invoice?.Number,
        charge.Description) { Declined = charge.Status == "failed" };

    /// <summary>Why it failed; null when it did not.</summary>
    public static Decline? DeclineOf(Charge charge) => charge.Status == "failed"
        ? DeclineClassifier.Classify(charge.Outcome?.Reason ?? charge.FailureCode, charge.Outcome?.AdviceCode, charge.Outcome?.NetworkAdviceCode)
        : null;
}
