namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Customers whose bank took a charge back or asked about it, and one whose refunds leave a day in the red.</summary>
internal static class DisputeCast
{
    /// <summary>In the order of the truth.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> Parts { get; } =
    [
        draft => Disputed(draft, "team", 10, "product_not_received", "needs_response"),
        draft => Disputed(draft, "business", 10, "subscription_canceled", "needs_response"),
        draft => Disputed(draft, "starter", 6, "fraudulent", "lost"),
        draft => Disputed(draft, "team", 7, "product_unacceptable", "won"),
        draft => Disputed(draft, "team", 10, "unrecognized", "warning_needs_response"),
    ];

    /// <summary>Two refunds in a currency in which little else happens, and two that came long after the charge.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> CarryParts { get; } =
    [
        draft => draft.Monthly(draft.Start(10, (int)draft.Random.Between(8, 20)), new ItemScript("business")) with
        {
            Kind = "refunded_dinars",
            Currency = "kwd",
            Country = "KW",
            ExtraCharges =
            [
                new ExtraCharge(ExtraKind.RefundedDuplicate, 2026, 9, draft.Random.Between(70, 540)),
                new ExtraCharge(ExtraKind.RefundedDuplicate, 2026, 10, draft.Random.Between(70, 540)),
            ],
        },
        draft => LateRefund(draft, "starter"),
        draft => LateRefund(draft, "team"),
    ];

    private static CustomerScript LateRefund(Draft draft, string plan) =>
        draft.Monthly(draft.Start(10, (int)draft.Random.Between(8, 20)), new ItemScript(plan)) with
        {
            Kind = "late_refund",
            ExtraCharges = [new ExtraCharge(ExtraKind.RefundedDuplicate, 2026, 8, draft.Random.Between(70, 540)) { RefundedAfter = (int)draft.Random.Between(26, 50) }],
        };

    private static CustomerScript Disputed(Draft draft, string plan, int month, string reason, string status) =>
        draft.Monthly(draft.Start(draft.Random.Chance(50) ? 9 : 8, (int)draft.Random.Between(8, 24)), new ItemScript(plan)) with
        {
            Kind = status,
            Dispute = new DisputeScript(2026, month, reason, status),
        };
}
