namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Customers whose usage says that something is wrong, and customers whose usage is only unusual.</summary>
internal static class UsageCast
{
    /// <summary>In the order of the truth.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> AnomalyParts { get; } =
        [.. new[] { "spike", "drop", "drift", "stuck_meter", "double_reporting" }.Select(Part)];

    /// <summary>In the order of the truth: what each looks like is beside it.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> LookAlikeParts { get; } =
        [.. new[] { "quarterly_close", "quiet_weekends", "steady_growth", "constant_job", "two_systems", "month_end_peak" }.Select(Part)];

    /// <summary>A customer on a small plan with metered calls.</summary>
    public static CustomerScript Metered(Draft draft, string kind, int months, long usual, string plan = "starter") => draft.Monthly(
        draft.Start(months), new ItemScript(plan), new ItemScript("api", null) { Shape = new UsageShape(kind, usual) }) with { Kind = kind };

    private static Func<Draft, CustomerScript> Part(string kind) =>
        draft => Metered(draft, kind, (int)draft.Random.Between(4, 5), draft.Random.Between(300, 2_400));
}
