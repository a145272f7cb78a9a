using BillingCopilot.Agents.Prompts;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using Cronos;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

public sealed class ScheduleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(MissedRuns.Latest, "03-04")]
    [InlineData(MissedRuns.All, "03-02|03-03|03-04")]
    [InlineData(MissedRuns.Skip, "")]
    public void Due_AfterAPause_FollowsWhatTheScheduleSays(MissedRuns missed, string expected) =>
        Days(Daily(missed).Due(Noon, Noon.AddDays(3).AddHours(2), TimeZoneInfo.Utc)).ShouldBe(expected);

    [Theory]
    [InlineData(MissedRuns.Latest)]
    [InlineData(MissedRuns.All)]
    [InlineData(MissedRuns.Skip)]
    public void Due_OnTime_RunsOnce(MissedRuns missed)
    {
        var due = Daily(missed).Due(Noon, Noon.AddHours(18).AddSeconds(2), TimeZoneInfo.Utc);
        due.ShouldBe([Noon.AddHours(18)]);
        Daily(missed).Due(due[0], Noon.AddHours(18).AddSeconds(4), TimeZoneInfo.Utc).ShouldBeEmpty();
    }

    [Fact]
    public void Due_OverDaylightSaving_StaysAtTheHourOfTheZone()
    {
        // On 29 March 2026 Berlin goes from UTC+1 to UTC+2.
        var due = Daily(MissedRuns.All).Due(new(2026, 3, 27, 12, 0, 0, TimeSpan.Zero), new(2026, 3, 30, 12, 0, 0, TimeSpan.Zero), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        due.Select(d => d.UtcDateTime.Hour).ShouldBe([5, 4, 4]);
    }

    [Fact]
    public void Due_ClockThatWasSetBack_RunsNothingTwice() => Daily(MissedRuns.All).Due(Noon, Noon.AddHours(-26), TimeZoneInfo.Utc).ShouldBeEmpty();

    [Fact]
    public void Due_AfterYears_IsFoundAtOnce() =>
        new Schedule("x", CronExpression.Parse("* * * * *"), MissedRuns.Latest, null).Due(Noon.AddYears(-30), Noon, TimeZoneInfo.Utc).ShouldBe([Noon]);

    [Fact]
    public void Schedules_WrongCron_IsRefusedWithItsName() =>
        Should.Throw<SettingsException>(() => new Schedules(PlaybookRegistry.Load("/nowhere", []), new TaskSettings { CatchUp = "every day" })).Message.ShouldStartWith("Tasks:CatchUp 'every day' is not a cron expression.");

    private static Schedule Daily(MissedRuns missed) => new("daily", CronExpression.Parse("0 6 * * *"), missed, "daily");

    private static string Days(IEnumerable<DateTimeOffset> due) => string.Join('|', due.Select(d => d.ToString("MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
}
