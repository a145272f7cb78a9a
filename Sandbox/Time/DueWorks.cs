using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>Everything that happens by itself as time passes. Work of the same second runs in this order.</summary>
internal static class DueWorks
{
    /// <param name="settings">The business's settings as they are when asked.</param>
    /// <param name="account">The account, for what the world decided about its payers.</param>
    public static IReadOnlyList<IDueWork> For(Func<BillingSettings> settings, AccountState account) =>
    [
        new ScheduleProgress(),
        new CardRenewal(account),
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
        new BankDebitArrival(),
        new PayerAnswer(),
        new RefundFailure(),
        new RefundArrival(),
        new TopupProgress(),
        new BalanceSettlement(),
        new PayoutProgress(),
        new DisputeProgress(),
        new PayoutSchedule(),
        new HoldExpiry(),
    ];
}
