namespace BillingCopilot.Sandbox.Time;

/// <summary>Everything that happens by itself as time passes. Work of the same second runs in this order.</summary>
internal static class DueWorks
{
    public static IReadOnlyList<IDueWork> All { get; } =
    [
        new InvoiceFinalization(),
        new RefundFailure(),
        new BalanceSettlement(),
        new PayoutProgress(),
        new DisputeProgress(),
        new PayoutSchedule(),
    ];
}
