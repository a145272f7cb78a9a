namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Customers who will leave, with what precedes it, and customers who did something like it and stay.</summary>
internal static class LeavingCast
{
    /// <summary>In the order of the truth.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> ChurnParts { get; } =
    [
        draft => Seats(draft, "seats_shrinking", 9, (7, 22), (8, 15), (9, 8)),
        draft => UsageCast.Metered(draft, "fading", 5, draft.Random.Between(700, 1_900)),
        draft => Downgraded(draft, "downgrade_then_late", 2) with { PaysLater = 4 },
        RepeatedDeclines,
        draft => UsageCast.Metered(draft, "silent", 5, draft.Random.Between(500, 1_500)),
    ];

    /// <summary>In the order of the truth.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> StayParts { get; } =
    [
        draft => Seats(draft, "seats_seasonal", 10, (5, 9), (8, 20)),
        draft => UsageCast.Metered(draft, "august_dip", 5, draft.Random.Between(700, 1_900)),
        draft => Downgraded(draft, "downgrade_long_ago", 7),
        OneDecline,
        draft => UsageCast.Metered(draft, "leaner_jobs", 5, draft.Random.Between(30, 60)),
    ];

    /// <summary>Customers who would be better off on another plan.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> DriverParts { get; } =
    [
        draft => UsageCast.Metered(draft, "overage_every_month", 5, draft.Random.Between(2_600, 3_400)),
        draft => Seats(draft, "seats_growing", 9, (4, 26), (6, 31), (8, 38)),
        draft => UsageCast.Metered(draft, "business_barely_used", 5, draft.Random.Between(9, 20), "business"),
        draft => Seats(draft, "seats_given_back", 9, (5, 5)),
    ];

    /// <summary>Customers of whom it only looks so.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> DriverLookAlikeParts { get; } =
    [
        draft => UsageCast.Metered(draft, "month_end_peak", 5, draft.Random.Between(140, 260)),
        draft => Seats(draft, "seats_up_and_down", 9, (6, 20), (7, 14)),
        draft => UsageCast.Metered(draft, "quarterly_close", 5, draft.Random.Between(120, 240), "business"),
        draft => Seats(draft, "one_seat_more", 9, (5, 15)),
    ];

    /// <summary>Team with 14 seats, changed to other numbers so many renewals after the start.</summary>
    private static CustomerScript Seats(Draft draft, string kind, int months, params (int After, long Seats)[] changes)
    {
        var start = draft.Start(months);
        return draft.Monthly(start, new ItemScript("team"), new ItemScript("seat", 14)).With(script => script with
        {
            Changes = [.. changes.Select(change => new PlanChange(
                Calendar.Renewal(start, change.After, "month") + draft.Random.Between(5, 18) * Calendar.Day, 1, null, change.Seats))
                .Where(change => change.At < Calendar.NowUnix - Calendar.Day)],
        }) with { Kind = kind };
    }

    private static CustomerScript Downgraded(Draft draft, string kind, int monthsAgo)
    {
        var start = draft.Start(11);
        var at = Calendar.Renewal(start, Calendar.RenewalsSoFar(start) - monthsAgo, "month") + draft.Random.Between(4, 15) * Calendar.Day;
        return draft.Monthly(start, new ItemScript("business")).With(script => script with
        {
            SendInvoice = true,
            Changes = [new PlanChange(at, 0, "team", null)],
        }) with { Kind = kind };
    }

    private static CustomerScript RepeatedDeclines(Draft draft)
    {
        var start = draft.Start(9, (int)draft.Random.Between(5, 20));
        var renewals = Calendar.RenewalsSoFar(start);
        return draft.Monthly(start, new ItemScript("team")) with
        {
            Kind = "repeated_declines",
            CardTroubles = [.. Enumerable.Range(renewals - 2, 3).Select(count => Calendar.Renewal(start, count, "month"))
                .Select(renewal => new CardTrouble(renewal, renewal + Calendar.Day, "insufficient_funds"))],
        };
    }

    private static CustomerScript OneDecline(Draft draft)
    {
        var start = draft.Start(9, (int)draft.Random.Between(5, 20));
        var renewal = Calendar.Renewal(start, Calendar.RenewalsSoFar(start) - 3, "month");
        return draft.Monthly(start, new ItemScript("team")) with
        {
            Kind = "one_decline",
            CardTroubles = [new CardTrouble(renewal, renewal + Calendar.Day, "do_not_honor")],
        };
    }
}
