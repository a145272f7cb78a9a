using System.Globalization;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Dates of the world, all in UTC, and how they read in its texts.</summary>
internal static class Calendar
{
    /// <summary>Seconds of a day.</summary>
    public const long Day = 86_400;

    /// <summary>Where the world's clock starts.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>The same in Unix seconds.</summary>
    public static long NowUnix { get; } = Now.ToUnixTimeSeconds();

    /// <summary>When Lumen opened its account: its catalogue is that old.</summary>
    public static long Opened { get; } = new DateTimeOffset(2025, 8, 4, 10, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    /// <summary>Unix seconds as a date in UTC.</summary>
    public static DateTimeOffset Utc(long unix) => DateTimeOffset.FromUnixTimeSeconds(unix);

    /// <summary>Renewal number <paramref name="count"/> of an anchor; a month without its day takes its last day.</summary>
    public static long Renewal(long anchor, int count, string interval) =>
        Utc(anchor).AddMonths(interval == "year" ? 12 * count : count).ToUnixTimeSeconds();

    /// <summary>Midnight of the first day of an instant's month, Unix seconds.</summary>
    public static long MonthStart(long unix)
    {
        var at = Utc(unix);
        return new DateTimeOffset(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    }

    /// <summary>How many monthly renewals of an anchor have come by now.</summary>
    public static int RenewalsSoFar(long anchor)
    {
        var count = 0;
        while (Renewal(anchor, count + 1, "month") <= NowUnix)
        {
            count++;
        }

        return count;
    }

    /// <summary><c>2026-10-14</c></summary>
    public static string Date(long unix) => Utc(unix).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary><c>07 Oct 2026</c></summary>
    public static string ShortDate(long unix) => Utc(unix).ToString("dd MMM yyyy", CultureInfo.InvariantCulture);

    /// <summary><c>October</c></summary>
    public static string Month(long unix) => Utc(unix).ToString("MMMM", CultureInfo.InvariantCulture);
}
