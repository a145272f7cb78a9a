namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Customers who were billed wrongly by hand, and customers whose bill is only unusual.</summary>
internal static class MistakeCast
{
    /// <summary>In the order of the truth.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> ProrationParts { get; } =
        [.. new[] { "whole_period", "credit_missing", "wrong_days", "charged_twice" }.Select(Wrong)];

    /// <summary>In the order of the truth.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> OddProrationParts { get; } =
    [
        draft => Changed(draft, "last_day", (_, renewal) => [new PlanChange(renewal - Calendar.Day, 0, "team", null)]),
        draft => Changed(draft, "up_and_down", (random, renewal) => UpAndDown(renewal - random * Calendar.Day)),
        draft => Changed(draft, "first_day", (_, renewal) => [new PlanChange(renewal - 27 * Calendar.Day, 0, "business", null, "always_invoice")]),
        MidYear,
        draft => Changed(draft, "whole_units", (random, renewal) => [new PlanChange(renewal - random * Calendar.Day, 0, "team", null)]).In("jpy", draft.Random),
    ];

    public static IReadOnlyList<Func<Draft, CustomerScript>> MissedDiscountParts { get; } =
    [
        draft => Missed(draft, "NONPROFIT10", "team", 1),
        draft => Missed(draft, "NONPROFIT10", "business", 2),
        draft => Missed(draft, "WELCOME25", "team", 1, months: 5),
    ];

    /// <summary>A coupon on one of two subscriptions: the other's invoices are right without it.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> OtherSubscriptionParts { get; } = [HalfDiscounted, HalfDiscounted, HalfDiscounted];

    private static Func<Draft, CustomerScript> Wrong(string mistake) => draft => Changed(
        draft, mistake, (random, renewal) => [new PlanChange(renewal - random * Calendar.Day, 0, "team", null) { Mistake = mistake }]);

    /// <summary>A customer who changed in the period before the last renewal.</summary>
    /// <param name="changes">From a number of days (8 to 18) and the last renewal.</param>
    private static CustomerScript Changed(Draft draft, string kind, Func<long, long, PlanChange[]> changes)
    {
        var start = draft.Start(draft.SomeMonths());
        var renewal = Calendar.Renewal(start, Calendar.RenewalsSoFar(start), "month");
        return draft.Monthly(start, new ItemScript("starter")).With(script => script with { Changes = changes(draft.Random.Between(8, 18), renewal) }) with { Kind = kind };
    }

    private static PlanChange[] UpAndDown(long at) => [new(at, 0, "team", null), new(at + 5 * 3_600, 0, "starter", null)];

    private static CustomerScript MidYear(Draft draft)
    {
        var start = draft.Start(8);
        return draft.Monthly(start, new ItemScript("business_yearly")).With(script => script with
        {
            Interval = "year",
            Changes = [new PlanChange(Calendar.Renewal(start, 5, "month") + 3 * Calendar.Day, 0, null, 2, "always_invoice")],
        }) with { Kind = "mid_year" };
    }

    private static CustomerScript Missed(Draft draft, string coupon, string plan, int renewalsAgo, int? months = null)
    {
        var start = draft.Start(months ?? draft.SomeMonths());
        return draft.Monthly(start, new ItemScript(plan)).With(script => script with
        {
            Coupon = coupon,
            DiscountForgotten = Calendar.RenewalsSoFar(start) - renewalsAgo,
        }) with { Kind = coupon };
    }

    private static CustomerScript HalfDiscounted(Draft draft)
    {
        var start = draft.Start(draft.SomeMonths());
        return draft.Customer(
            "usd",
            new SubscriptionScript { Start = start, Items = [new ItemScript("team")], Coupon = "NONPROFIT10" },
            new SubscriptionScript { Start = start + 3 * Calendar.Day, Items = [new ItemScript("starter")] }) with { Kind = "other_subscription" };
    }
}
