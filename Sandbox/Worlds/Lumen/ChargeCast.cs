namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Customers who were charged the same twice by mistake, and customers of whom it only looks so.</summary>
internal static class ChargeCast
{
    /// <summary>In the order of the truth.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> DoubleParts { get; } =
    [
        draft => Twice(draft, ExtraKind.Duplicate, "starter", 10),
        draft => Twice(draft, ExtraKind.Duplicate, "team", 10),
        draft => Twice(draft, ExtraKind.Duplicate, "starter", 10).In("eur", draft.Random),
        draft => Twice(draft, ExtraKind.Duplicate, "business", 9),
        draft => Twice(draft, ExtraKind.Duplicate, "team", 8),
    ];

    /// <summary>In the order of the truth.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> EqualParts { get; } =
    [
        draft => TwoSubscriptions(draft, "starter"),
        draft => TwoSubscriptions(draft, "team"),
        draft => TwoSubscriptions(draft, "business"),
        draft => FailedThenPaid(draft, "insufficient_funds"),
        draft => FailedThenPaid(draft, "do_not_honor"),
        draft => Twice(draft, ExtraKind.OneOff, "team", 10) with { Kind = "one_off_purchase" },
        draft => Twice(draft, ExtraKind.OneOff, "starter", 10) with { Kind = "one_off_purchase" },
        draft => Twice(draft, ExtraKind.RefundedDuplicate, "starter", 10) with { Kind = "already_refunded" },
        draft => Twice(draft, ExtraKind.RefundedDuplicate, "business", 9) with { Kind = "already_refunded" },
    ];

    /// <param name="month">Month of 2026 whose invoice has the second charge.</param>
    private static CustomerScript Twice(Draft draft, ExtraKind kind, string plan, int month)
    {
        var delay = kind == ExtraKind.OneOff ? draft.Random.Between(1_800, 9_000) : draft.Random.Between(70, 540);
        return draft.Monthly(draft.Start(draft.SomeMonths()), new ItemScript(plan)) with
        {
            ExtraCharges = [new ExtraCharge(kind, 2026, month, delay)],
        };
    }

    private static CustomerScript TwoSubscriptions(Draft draft, string plan)
    {
        var start = draft.Start(draft.SomeMonths());
        return draft.Customer(
            "usd",
            Workspace(start, plan, "production"),
            Workspace(start + draft.Random.Between(180, 600), plan, "staging")) with { Kind = "two_subscriptions" };
    }

    private static SubscriptionScript Workspace(long start, string plan, string name) => new()
    {
        Start = start,
        Items = [new ItemScript(plan)],
        Metadata = new Dictionary<string, string> { ["workspace"] = name },
    };

    private static CustomerScript FailedThenPaid(Draft draft, string decline)
    {
        var start = draft.Start(draft.SomeMonths(), (int)draft.Random.Between(5, 20));
        var renewal = Calendar.Renewal(start, Calendar.RenewalsSoFar(start), "month");
        return draft.Monthly(start, new ItemScript("team")) with
        {
            Kind = "failed_then_paid",
            CardTroubles = [new CardTrouble(renewal, renewal + Calendar.Day, decline)],
        };
    }
}
