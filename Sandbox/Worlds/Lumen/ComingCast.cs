namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Customers with something that is settled and still to come, and customers with whom it came or was given up.</summary>
internal static class ComingCast
{
    /// <summary>In the order of the truth: bank debits on their way, then those that arrived.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> PaymentParts { get; } =
    [
        draft => Debit(draft, "us_bank_account", "team", arrived: false),
        draft => Debit(draft, "sepa_debit", "business", arrived: false).In("eur", draft.Random),
        draft => Debit(draft, "us_bank_account", "business", arrived: false),
        draft => Debit(draft, "us_bank_account", "team", arrived: true),
        draft => Debit(draft, "sepa_debit", "team", arrived: true).In("eur", draft.Random),
        draft => Debit(draft, "us_bank_account", "starter", arrived: true),
    ];

    /// <summary>In the order of the truth: two that run, two just over, two long over.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> TrialParts { get; } =
    [
        draft => Trial(draft, "trial_running", "team", 14, -6),
        draft => Trial(draft, "trial_running", "business", 30, -12),
        draft => Trial(draft, "trial_over", "team", 14, 3),
        draft => Trial(draft, "trial_over", "starter", 14, 9),
        draft => Trial(draft, "trial_long_over", "team", 14, 100),
        draft => Trial(draft, "trial_long_over", "starter", 30, 130),
    ];

    /// <summary>In the order of the truth: ends that stand, then those taken back.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> EndParts { get; } =
        [draft => Ending(draft, "team", true), draft => Ending(draft, "starter", true), draft => Ending(draft, "team", false), draft => Ending(draft, "business", false)];

    /// <summary>In the order of the truth: plans to come, then those given up.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> PlanParts { get; } =
    [
        draft => Ahead(draft, "business", "team", true),
        draft => Ahead(draft, "team", "starter", true).In("eur", draft.Random),
        draft => Ahead(draft, "team", "starter", false),
        draft => Ahead(draft, "business", "team", false),
    ];

    /// <summary>The renewal of the 30th or 31st is so near to now that no bank has paid yet.</summary>
    private static CustomerScript Debit(Draft draft, string type, string plan, bool arrived)
    {
        var start = draft.Start(5, arrived ? (int)draft.Random.Between(6, 20) : (int)draft.Random.Between(30, 31));
        return draft.Monthly(start, new ItemScript(plan)) with { Kind = arrived ? "debit_arrived" : "debit_on_its_way", BankDebit = type };
    }

    /// <param name="over">Days since the trial was over; negative for one that runs.</param>
    private static CustomerScript Trial(Draft draft, string kind, string plan, int days, int over)
    {
        var start = Calendar.NowUnix - (days + over) * Calendar.Day - draft.Random.Between(1, 10) * 3_600;
        return draft.Monthly(start, new ItemScript(plan)).With(script => script with { TrialDays = days }) with { Kind = kind };
    }

    private static CustomerScript Ending(Draft draft, string plan, bool stands)
    {
        var (start, at) = Asked(draft);
        return draft.Monthly(start, new ItemScript(plan)).With(script => script with
        {
            EndRequest = new EndRequest(at, stands ? null : at + Calendar.Day),
        }) with { Kind = stands ? "end_stands" : "end_taken_back" };
    }

    private static CustomerScript Ahead(Draft draft, string plan, string next, bool stands)
    {
        var (start, at) = Asked(draft);
        return draft.Monthly(start, new ItemScript(plan)).With(script => script with
        {
            PlanAhead = new PlanAhead(at, next, stands ? null : at + Calendar.Day),
        }) with { Kind = stands ? "plan_stands" : "plan_given_up" };
    }

    /// <summary>A start, and an instant some days after the last renewal.</summary>
    private static (long Start, long At) Asked(Draft draft)
    {
        var start = draft.Start(draft.SomeMonths());
        return (start, Calendar.Renewal(start, Calendar.RenewalsSoFar(start), "month") + draft.Random.Between(1, 3) * Calendar.Day);
    }
}
