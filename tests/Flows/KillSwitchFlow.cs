using System.Net;
using System.Net.Http.Json;
using BillingCopilot.Flows.Support;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>The kill switch thrown at one process, felt at another on the same database.</summary>
[Collection(NodePairs.Name)]
public sealed class KillSwitchFlow(NodePairs pairs)
{
    [Fact]
    public Task Stop_AtOneProcess_HoldsBackWhatTheOtherHasApproved() => RunAsync(postgres: false);

    [RequiresFact(TwoNodes.Variable)]
    public Task Stop_AtOneProcess_HoldsBackWhatTheOtherHasApproved_OnPostgres() => RunAsync(postgres: true);

    private async Task RunAsync(bool postgres)
    {
        var nodes = await pairs.OnAsync(postgres);
        var sandbox = nodes.Sandbox;
        using var frank = TwoNodes.Person(nodes.A, "frank");
        using var olivia = TwoNodes.Person(nodes.B, "olivia");
        var running = await TwoNodes.ProposeAsync(nodes.A, nodes.Open[0], "$5");
        var later = await TwoNodes.ProposeAsync(nodes.A, nodes.Open[^1], "$5");
        var before = (await sandbox.WritesAsync(CancellationToken.None)).Count;

        // The first is approved and under way at A: its re-read takes a while, and the switch is thrown meanwhile at B.
        await sandbox.FaultAsync("GET /v1/invoices/*", "slow", 3000, CancellationToken.None);
        var underWay = frank.DecideAsync(running);
        await UntilAsync(async () => (string?)(await TwoNodes.StateAsync(olivia, running))["status"] is "approved" or "executing");
        using var stopped = await olivia.PostAsJsonAsync("/api/kill-switches", new { operation = "*", stopped = true, reason = "Drill" });
        stopped.StatusCode.ShouldBe(HttpStatusCode.OK, await stopped.Content.ReadAsStringAsync());
        await sandbox.ClearFaultsAsync(CancellationToken.None);
        using var refused = await frank.DecideAsync(later);

        ((string?)(await refused.JsonAsync())["error"]!["code"]).ShouldBe("stopped", "a click that comes right after it");
        var held = await (await underWay).JsonAsync();
        ((string?)held["status"], ((string?)held["result_text"])!.Contains("stopped by olivia", StringComparison.Ordinal)).ShouldBe(("stale", true), held.ToJsonString());
        (await sandbox.WritesAsync(CancellationToken.None)).Count.ShouldBe(before);

        // By command, too, it counts from the next click on.
        var released = await CopilotProcess.RunAsync(nodes.Folder, ["kill", "release", "--as", "ada", .. nodes.Settings("c")]);
        released.ExitCode.ShouldBe(0, released.Errors);
        using var carriedOut = await frank.DecideAsync(later);
        ((string?)(await carriedOut.JsonAsync())["status"]).ShouldBe("executed");
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await holds())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }
}
