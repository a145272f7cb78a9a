using System.Globalization;
using BillingCopilot.Bot.Cli.Chaos;
using BillingCopilot.Flows.Support;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace BillingCopilot.Flows;

/// <summary>The crash harness: a hundred rounds, 64 on SQLite and 36 on PostgreSQL; <c>BILLINGCOPILOT_CHAOS_ROUNDS</c> says how many on each.</summary>
public sealed class ChaosFlow(ITestOutputHelper output)
{
    [Fact]
    public Task Kills_OnSqlite_LoseNothingAndDoubleNothing() => PlayAsync(new ChaosOptions(RoundsOr(64), 1, "sqlite", 16), ["SIGKILL at random"]);

    [RequiresFact("BILLINGCOPILOT_TEST_POSTGRES")]
    public Task Kills_OnPostgres_LoseNothingAndDoubleNothing() => PlayAsync(new ChaosOptions(RoundsOr(36), 1, "postgres", 9), ["pg_terminate_backend", "postmaster"]);

    private static int RoundsOr(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("BILLINGCOPILOT_CHAOS_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : usual;

    /// <param name="besides">How work is cut off besides at boundaries.</param>
    private async Task PlayAsync(ChaosOptions options, string[] besides)
    {
        var report = await ChaosRun.RunAsync(options, _ => { }, CancellationToken.None);

        output.WriteLine(report.ToString());
        report.Faults.ShouldBeEmpty();
        (report.Lost, report.Doubled).ShouldBe((0, 0));
        report.Rounds.ShouldBeGreaterThanOrEqualTo(options.Rounds);
        report.Events.ShouldBeGreaterThanOrEqualTo(options.Rounds);
        besides.ShouldBeSubsetOf(report.Cuts.Keys);
    }
}
