using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>How often an account pays out by itself: <c>daily</c>, <c>weekly</c> (Mondays), <c>monthly</c> (the first) or <c>manual</c>.</summary>
public static class PayoutSettings
{
    /// <summary>The member of an account that holds the Unix seconds of its next payout. Never shown.</summary>
    public const string Next = "_next_payout";

    /// <summary>The intervals there are.</summary>
    public static IReadOnlyList<string> Intervals { get; } = ["daily", "weekly", "monthly", "manual"];

    /// <summary>The interval; an account without settings pays out by hand.</summary>
    public static string Interval(JsonObject account) => account.TextAt("settings.payouts.schedule.interval") ?? "manual";

    /// <summary>Sets the interval and plans the next payout.</summary>
    /// <param name="now">Unix seconds.</param>
    public static void Set(JsonObject account, string interval, long delayDays, long now)
    {
        if (!Intervals.Contains(interval))
        {
            throw ApiError.Invalid($"Invalid interval: must be one of {string.Join(", ", Intervals)}", "settings[payouts][schedule][interval]");
        }

        if (account["settings"]!["payouts"] is null)
        {
            account["settings"]!["payouts"] = new JsonObject { ["debit_negative_balances"] = true, ["statement_descriptor"] = null };
        }

        account["settings"]!["payouts"]!["schedule"] = new JsonObject { ["delay_days"] = delayDays, ["interval"] = interval };
        account[Next] = After(account, now);
    }

    /// <summary>The next payout after an instant, Unix seconds at midnight UTC.</summary>
    public static long After(JsonObject account, long now)
    {
        var day = DateTimeOffset.FromUnixTimeSeconds(now).UtcDateTime.Date.AddDays(1);
        while (!IsPayday(Interval(account), day))
        {
            day = day.AddDays(1);
        }

        return new DateTimeOffset(day, TimeSpan.Zero).ToUnixTimeSeconds();
    }

    private static bool IsPayday(string interval, DateTime day) => interval switch
    {
        "weekly" => day.DayOfWeek == DayOfWeek.Monday,
        "monthly" => day.Day == 1,
        _ => true,
    };
}
