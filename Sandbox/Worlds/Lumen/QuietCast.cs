namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Customers without any trouble.</summary>
internal static class QuietCast
{
    /// <summary>In the order of the truth: the first three pay little, the next three much.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> HealthyParts { get; } =
    [
        draft => Plain(draft, "starter"),
        draft => Plain(draft, "starter"),
        draft => Plain(draft, "starter"),
        draft => Seated(draft, "business", 30, 45),
        draft => Seated(draft, "business", 50, 70),
        draft => Seated(draft, "business", 40, 60) with { CardRanOut = true },
        draft => Seated(draft, "team", 3, 9),
        draft => Plain(draft, "team").In("eur", draft.Random),
        draft => Plain(draft, "team").In("jpy", draft.Random),
        draft => Plain(draft, "starter").In("kwd", draft.Random),
        draft => Plain(draft, "team").With(script => script with { Coupon = "NONPROFIT10" }),
        draft => Metered(draft, 7_000),
    ];

    public static IReadOnlyList<Func<Draft, CustomerScript>> BalanceParts { get; } =
    [
        draft => Credited(draft, beforeLastRenewal: true),
        draft => Credited(draft, beforeLastRenewal: false),
    ];

    public static IReadOnlyList<Func<Draft, CustomerScript>> YearlyParts { get; } = [Yearly, Yearly, draft => Yearly(draft).In("eur", draft.Random)];

    /// <summary>One of two customers with nearly the same name.</summary>
    public static CustomerScript Twin(Draft draft) => Plain(draft, draft.Order % 2 == 0 ? "team" : "starter");

    /// <summary>One of the many of the larger sizes.</summary>
    public static CustomerScript Filler(Draft draft)
    {
        var script = draft.Random.Between(1, 10) switch
        {
            <= 4 => Plain(draft, "starter"),
            <= 6 => Seated(draft, "team", 2, 15),
            <= 8 => Metered(draft, draft.Random.Between(2_000, 60_000)),
            _ => Seated(draft, "business", 10, 40),
        };
        return draft.Random.Chance(15) ? script.In("eur", draft.Random) : script;
    }

    private static CustomerScript Plain(Draft draft, string plan) =>
        draft.Monthly(draft.Start(draft.SomeMonths()), new ItemScript(plan));

    private static CustomerScript Seated(Draft draft, string plan, long fewest, long most) =>
        draft.Monthly(draft.Start(draft.SomeMonths()), new ItemScript(plan), new ItemScript("seat", draft.Random.Between(fewest, most)));

    private static CustomerScript Metered(Draft draft, long usage) =>
        draft.Monthly(draft.Start(draft.SomeMonths()), new ItemScript("starter"), new ItemScript("api", null, usage));

    private static CustomerScript Yearly(Draft draft) => draft.Monthly(draft.Start(12), new ItemScript("business_yearly"))
        .With(script => script with { Interval = "year" });

    private static CustomerScript Credited(Draft draft, bool beforeLastRenewal)
    {
        var start = draft.Start(9, (int)draft.Random.Between(10, 20));
        var renewal = Calendar.Renewal(start, Calendar.RenewalsSoFar(start), "month");
        return draft.Monthly(start, new ItemScript("team")) with
        {
            Kind = beforeLastRenewal ? "credit_used" : "credit_left",
            CreditAt = beforeLastRenewal ? renewal - 6 * Calendar.Day : renewal + 6 * Calendar.Day,
        };
    }
}
