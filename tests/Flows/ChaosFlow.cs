using System.Globalization;
using BillingCopilot.Bot.Cli.Chaos;
using BillingCopilot.Flows.Support;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace BillingCopilot.Flows;

/// <summary>The crash harness: sixteen rounds on each database; <c>BILLINGCOPILOT_CHAOS_ROUNDS</c> says how many.</summary>
public sealed class ChaosFlow(ITestOutputHelper output)
{
    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("BILLINGCOPILOT_CHAOS_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : 16;

    [Fact]
    public Task Kills_OnSqlite_LoseNothingAndDoubleNothing() => PlayAsync(new ChaosOptions(Rounds, 1, "sqlite", 8));

    [RequiresFact("BILLINGCOPILOT_TEST_POSTGRES")]
    public Task Kills_OnPostgres_LoseNothingAndDoubleNothing() => PlayAsync(new ChaosOptions(Rounds, 1, "postgres", 8));

    private async Task PlayAsync(ChaosOptions options)
    {
        var report = await ChaosRun.RunAsync(options, _ => { }, CancellationToken.None);

        output.WriteLine(report.ToString());
        report.Faults.ShouldBeEmpty();
        (report.Lost, report.Doubled).ShouldBe((0, 0));
        report.Rounds.ShouldBeGreaterThanOrEqualTo(options.Rounds);
        report.Events.ShouldBeGreaterThanOrEqualTo(options.Rounds);
    }
}
