namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Days on which banks move money: Monday to Friday.</summary>
internal static class BankingDays
{
    /// <summary>Midnight of the banking day that is so many after a moment, Unix seconds.</summary>
    public static long After(long now, int days)
    {
        var day = DateTimeOffset.FromUnixTimeSeconds(now).UtcDateTime.Date;
        for (var banking = 0; banking < days;)
        {
            day = day.AddDays(1);
            banking += day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0 : 1;
        }

        return new DateTimeOffset(day, TimeSpan.Zero).ToUnixTimeSeconds();
    }
}
