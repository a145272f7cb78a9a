namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Customers who were billed for a subscription that had ended, customers who rightly paid after an end, and those who changed currency.</summary>
internal static class AfterEndCast
{
    /// <summary>In the order of the truth.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> Parts { get; } =
    [
        draft => Billed(draft, "billed_again", "team", 0, AfterEnd.OnePeriod),
        draft => Billed(draft, "billed_again_open", "business", 0, AfterEnd.OnePeriod).With(script => script with { SendInvoice = true }).In("eur", draft.Random),
        draft => Billed(draft, "billed_every_month", "starter", 1, AfterEnd.EveryPeriod),
        draft => Loose(draft, "charged_again", ExtraKind.Duplicate),
    ];

    /// <summary>In the order of the truth.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> LookAlikeParts { get; } =
    [
        draft => UsageBilled(draft),
        draft => PaidLate(draft),
        draft => CameBack(draft),
        draft => Loose(draft, "bought_after_end", ExtraKind.OneOff),
        draft => Loose(draft, "credited_after_end", ExtraKind.RefundedDuplicate),
    ];

    /// <summary>A customer who left dollars for euros, and one who went the other way.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> CurrencyParts { get; } = [draft => Moved(draft, "usd", "eur"), draft => Moved(draft, "eur", "usd")];

    /// <param name="renewalsAgo">Which renewal came in spite of the end: 0 for the last.</param>
    private static CustomerScript Billed(Draft draft, string kind, string plan, int renewalsAgo, AfterEnd after)
    {
        var start = draft.Start(draft.SomeMonths(), (int)draft.Random.Between(21, 28));
        var end = Renewal(start, renewalsAgo) - draft.Random.Between(3, 12) * Calendar.Day;
        return draft.Monthly(start, new ItemScript(plan)).With(script => script with { CancelAt = end, AfterEnd = after }) with { Kind = kind };
    }

    private static CustomerScript UsageBilled(Draft draft)
    {
        var start = draft.Start(draft.SomeMonths());
        var end = Renewal(start, 0) - draft.Random.Between(1, 4) * Calendar.Day;
        return draft.Monthly(start, new ItemScript("starter"), new ItemScript("api", null, 24_000))
            .With(script => script with { CancelAt = end, AfterEnd = AfterEnd.Usage }) with { Kind = "usage_after_end" };
    }

    private static CustomerScript PaidLate(Draft draft)
    {
        var start = draft.Start(draft.SomeMonths());
        return draft.Monthly(start, new ItemScript("team")).With(script => script with
        {
            SendInvoice = true,
            CancelAt = Renewal(start, 1) + 2 * Calendar.Day,
        }) with { Kind = "paid_after_end" };
    }

    private static CustomerScript CameBack(Draft draft)
    {
        var start = draft.Start(9);
        var end = Renewal(start, 4) + 3 * Calendar.Day;
        return draft.Customer(
            "usd",
            new SubscriptionScript { Start = start, Items = [new ItemScript("team")], CancelAt = end },
            new SubscriptionScript { Start = end + 14 * Calendar.Day, Items = [new ItemScript("team")] }) with { Kind = "came_back" };
    }

    /// <summary>A month after September's renewal, and after the end, the card is charged without an invoice.</summary>
    private static CustomerScript Loose(Draft draft, string kind, ExtraKind extra)
    {
        var start = draft.Start(draft.SomeMonths());
        return draft.Monthly(start, new ItemScript("team")).With(script => script with { CancelAt = Renewal(start, 1) + draft.Random.Between(3, 12) * Calendar.Day }) with
        {
            Kind = kind,
            ExtraCharges = [new ExtraCharge(extra, 2026, 9, 30 * Calendar.Day) { RefundedAfter = 1 }],
        };
    }

    /// <summary>Stripe bills a customer in one currency at a time, so the old subscription ends first.</summary>
    private static CustomerScript Moved(Draft draft, string from, string to)
    {
        var start = draft.Start(9);
        var end = Renewal(start, 3);
        return draft.Customer(
            to,
            new SubscriptionScript { Start = start, Items = [new ItemScript("team")], Currency = from, CancelAt = end },
            new SubscriptionScript { Start = end + 600, Items = [new ItemScript("team")] }) with { Kind = $"{from}_to_{to}" };
    }

    private static long Renewal(long start, int ago) => Calendar.Renewal(start, Calendar.RenewalsSoFar(start) - ago, "month");
}
