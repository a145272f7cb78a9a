namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Customers whose bank took a charge back or asked about it, and one whose refunds leave a day in the red.</summary>
internal static class DisputeCast
{
    /// <summary>In the order of the truth.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> Parts { get; } =
    [
        draft => LoggedIn(Disputed(draft, "team", 10, "product_not_received", "needs_response")),
        draft => LoggedIn(Disputed(draft, "business", 10, "subscription_canceled", "needs_response")),
        draft => Disputed(draft, "starter", 6, "fraudulent", "lost"),
        draft => Disputed(draft, "team", 7, "product_unacceptable", "won"),
        draft => Disputed(draft, "team", 10, "unrecognized", "warning_needs_response"),
    ];

    /// <summary>Cast after all others, so that their names stay: a Visa dispute for fraud whose earlier payments came from the same buyer.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> LaterParts { get; } =
    [
        draft => LoggedIn(Disputed(draft, "team", 10, "fraudulent", "needs_response")) with
        {
            CardBrand = "visa",
            PaymentMetadata = new Dictionary<string, string>
            {
                ["purchase_ip"] = $"203.0.113.{draft.Random.Between(2, 250)}",
                ["device_id"] = $"browser-{draft.Random.Between(100_000_000, 999_999_999)}",
                ["account_id"] = $"user-{draft.Random.Between(10_000, 99_999)}",
            },
        },
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

    /// <summary>Our own records say that the account was used after the charge.</summary>
    private static CustomerScript LoggedIn(CustomerScript script) => script.With(subscription => subscription with
    {
        Metadata = new Dictionary<string, string>(subscription.Metadata) { ["last_login_at"] = Calendar.Date(Calendar.NowUnix - Calendar.Day) },
    });

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
