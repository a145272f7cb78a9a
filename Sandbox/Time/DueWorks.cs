using BillingCopilot.Sandbox.Endpoints;

namespace BillingCopilot.Sandbox.Time;

/// <summary>Everything that happens by itself as time passes. Work of the same second runs in this order.</summary>
internal static class DueWorks
{
    /// <param name="settings">The business's settings as they are when asked.</param>
    public static IReadOnlyList<IDueWork> For(Func<BillingSettings> settings) =>
    [
        new CollectionResume(),
        new SubscriptionExpiry(),
        new SubscriptionEnd(),
        new SubscriptionRenewal(),
        new TrialWarning(),
        new UpcomingInvoice(settings),
        new InvoiceFinalization(),
        new InvoiceCollection(),
        new InvoiceOverdue(),
        new SentInvoiceGivenUp(settings),
        new SentInvoicePayment(),
        new PayerAnswer(),
        new RefundFailure(),
        new BalanceSettlement(),
        new PayoutProgress(),
        new DisputeProgress(),
        new PayoutSchedule(),
    ];
}
