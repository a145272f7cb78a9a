using System.Globalization;
using BillingCopilot.Bot.Cli.Chaos;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace BillingCopilot.Flows;

/// <summary>The crash harness, a few kills long; <c>BILLINGCOPILOT_CHAOS_ROUNDS</c> makes it longer.</summary>
public sealed class ChaosFlow(ITestOutputHelper output)
{
    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("BILLINGCOPILOT_CHAOS_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : 6;

    [Fact]
    public async Task Kills_LoseNothingAndDoubleNothing()
    {
        var report = await ChaosRun.RunAsync(new ChaosOptions(Rounds, 1, "sqlite", 2), _ => { }, CancellationToken.None);

        output.WriteLine(report.ToString());
        report.Faults.ShouldBeEmpty();
        (report.Lost, report.Doubled, report.Rounds).ShouldBe((0, 0, Rounds));
        report.Events.ShouldBeGreaterThanOrEqualTo(Rounds);
    }
}
