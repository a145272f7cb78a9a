namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Customers whose last invoice is higher than the one before, and customers who moved plan long ago.</summary>
internal static class IncreaseCast
{
    /// <summary>In the order of the truth: every cause twice; the third, fifth and seventh invoice are still open.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> Parts { get; } =
    [
        Seats,
        draft => Overage(draft, "starter", 6_000, 24_000),
        draft => DiscountEnded(draft, "business", "WELCOME25", 6).With(Sent),
        draft => Upgrade(draft, "starter", "team"),
        draft => PriceChange(draft).With(Sent),
        draft => Seats(draft).In("eur", draft.Random),
        draft => Overage(draft, "business", 90_000, 180_000).With(Sent),
        draft => DiscountEnded(draft, "team", "PARTNER40", 3).In("eur", draft.Random),
        draft => Upgrade(draft, "team", "business").In("jpy", draft.Random),
        PriceChange,
    ];

    /// <summary>Upgrades of months ago: one invoiced at once, one with the next renewal.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> PastParts { get; } =
    [
        draft => PastUpgrade(draft, "always_invoice"),
        draft => PastUpgrade(draft, "create_prorations"),
    ];

    private static CustomerScript Seats(Draft draft)
    {
        var start = draft.Start(draft.SomeMonths(), OpenableDay(draft));
        var seats = draft.Random.Between(4, 12);
        var more = seats + draft.Random.Between(2, 7);
        return Changed(draft, start, "seat_increase", new PlanChange(MidLastPeriod(draft, start), 1, null, more),
            new ItemScript("team"), new ItemScript("seat", seats));
    }

    private static CustomerScript Overage(Draft draft, string plan, long typical, long last)
    {
        var usage = last + draft.Random.Between(0, last / 10);
        var start = draft.Start(draft.SomeMonths(), OpenableDay(draft));
        return draft.Monthly(start, new ItemScript(plan), new ItemScript("api", null, typical, usage)) with { Kind = "overage" };
    }

    private static CustomerScript DiscountEnded(Draft draft, string plan, string coupon, int months) =>
        draft.Monthly(draft.Start(months, OpenableDay(draft)), new ItemScript(plan)).With(script => script with { Coupon = coupon }) with
        {
            Kind = "discount_ended",
        };

    private static CustomerScript Upgrade(Draft draft, string from, string to)
    {
        var start = draft.Start(draft.SomeMonths(), OpenableDay(draft));
        return Changed(draft, start, "plan_upgrade_proration", new PlanChange(MidLastPeriod(draft, start), 0, to, null), new ItemScript(from));
    }

    private static CustomerScript PriceChange(Draft draft)
    {
        var start = draft.Start(draft.SomeMonths(), OpenableDay(draft));
        var change = new PlanChange(LastRenewal(start) - 2 * Calendar.Day, 0, "team", null, "none");
        return Changed(draft, start, "price_change", change, new ItemScript("team_2025"));
    }

    private static CustomerScript PastUpgrade(Draft draft, string proration)
    {
        var start = draft.Start(10);
        var at = Calendar.Renewal(start, 5, "month") + draft.Random.Between(6 * Calendar.Day, 20 * Calendar.Day);
        return Changed(draft, start, proration, new PlanChange(at, 0, "team", null, proration), new ItemScript("starter"));
    }

    private static CustomerScript Changed(Draft draft, long start, string kind, PlanChange change, params ItemScript[] items) =>
        draft.Monthly(start, items).With(script => script with { Changes = [change] }) with { Kind = kind };

    private static SubscriptionScript Sent(SubscriptionScript script) => script with { SendInvoice = true };

    /// <summary>Late enough that an invoice sent for payment within 14 days is not yet overdue.</summary>
    private static int OpenableDay(Draft draft) => (int)draft.Random.Between(21, 28);

    private static long LastRenewal(long start) => Calendar.Renewal(start, Calendar.RenewalsSoFar(start), "month");

    private static long MidLastPeriod(Draft draft, long start) =>
        LastRenewal(start) - draft.Random.Between(6 * Calendar.Day, 20 * Calendar.Day);
}
