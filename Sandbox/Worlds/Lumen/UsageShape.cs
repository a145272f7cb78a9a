using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>How much a customer uses, day by day.</summary>
/// <param name="Kind">What sets it apart; see <see cref="Values"/>.</param>
/// <param name="Base">Calls of a usual day.</param>
internal sealed record UsageShape(string Kind, long Base)
{
    /// <summary>Shapes in which something is wrong.</summary>
    public static IReadOnlyList<string> Anomalies { get; } = ["spike", "drop", "drift", "stuck_meter", "double_reporting", "fading", "silent"];

    /// <summary>What is reported for a day: mostly one value.</summary>
    /// <param name="day">Unix seconds of its midnight.</param>
    /// <param name="age">Days since the first.</param>
    /// <param name="random">Of the customer; the same for every day.</param>
    public IReadOnlyList<long> Values(long day, int age, SeededRandom random)
    {
        var ago = (int)((Calendar.NowUnix - day) / Calendar.Day);
        var trait = random.Stream("trait");
        var (first, second) = (trait.Between(0, 4), trait.Between(0, 3));
        var usual = Usual(day, random);
        return Kind switch
        {
            "spike" when ago == 3 + first => [usual * (9 + 2 * second)],
            "drop" when ago <= 7 + first => [usual * (12 + 3 * second) / 100],
            "drift" when ago <= 35 => [Grown(usual, 35 - ago, 30 + 3 * second)],
            "stuck_meter" when ago <= 6 + second => [Usual(Calendar.NowUnix / Calendar.Day * Calendar.Day - (7 + second) * Calendar.Day, random)],
            "double_reporting" when ago >= 4 && ago <= 7 + second => [usual, usual],
            "fading" when ago <= 110 => [usual * (30 + ago * 70 / 110) / 100],
            "silent" when ago <= 40 + first => [Math.Max(1, usual / 60)],
            "month_end_peak" when Calendar.Utc(day).AddDays(3).Month != Calendar.Utc(day).Month => [usual * 3],
            "quiet_weekends" when IsWeekend(day) => [Math.Max(1, usual / 20)],
            "steady_growth" => [Grown(usual, age, 10 + second)],
            "constant_job" => [Base],
            "leaner_jobs" => [usual * (60 + Math.Clamp(ago - 90, 0, 80) / 2) / 100],
            "two_systems" => [usual * 6 / 10, usual * 4 / 10],
            "quarterly_close" when Calendar.Utc(day) is { Day: 1, Month: 1 or 4 or 7 or 10 } => [usual * (9 + first)],
            "august_dip" when Calendar.Utc(day).Month == 8 => [usual / 5],
            _ => [usual],
        };
    }

    private long Usual(long day, SeededRandom random) =>
        Base * random.Stream($"day:{day / Calendar.Day}").Between(92, 108) / 100 * (IsWeekend(day) ? 7 : 10) / 10;

    /// <summary>Grown by so many thousandths a day.</summary>
    private static long Grown(long value, int days, long thousandths)
    {
        var grown = (decimal)value;
        for (var i = 0; i < days; i++)
        {
            grown += grown * thousandths / 1_000;
        }

        return (long)grown;
    }

    private static bool IsWeekend(long day) => Calendar.Utc(day).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
}
