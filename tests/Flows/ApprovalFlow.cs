using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Flows.Support;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed class ApprovalFlow
{
    [Fact]
    public async Task Approve_TwoHundredClicksAtOnce_OneEffect()
    {
        await using var copilot = await Copilot.StartAsync();
        var proposal = await copilot.ProposeCreditAsync();
        using var frank = copilot.As("frank");
        using var fiona = copilot.As("fiona");

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? frank : fiona).DecideAsync(proposal)));

        answers.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(a => a.StatusCode == HttpStatusCode.Conflict).ShouldBe(199);
        var effects = await copilot.Sandbox.WritesAsync(CancellationToken.None);
        effects.Count(e => (string?)e["effect"] == "credit_note.created").ShouldBe(1);
        ((string?)(await answers.Single(a => a.IsSuccessStatusCode).JsonAsync())["status"]).ShouldBe("executed");
    }

    [Fact]
    public async Task Approve_WithoutRoleOrWithAnotherHash_IsRefusedAndWritesNothing()
    {
        await using var copilot = await Copilot.StartAsync();
        var proposal = await copilot.ProposeCreditAsync();
        using var sam = copilot.As("sam");
        using var frank = copilot.As("frank");

        using var own = await sam.DecideAsync(proposal);
        using var swapped = await frank.DecideAsync(proposal, hash: new string('0', 64));

        own.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        swapped.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        ((string?)(await swapped.JsonAsync())["error"]!["code"]).ShouldBe("hash_mismatch");
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Approve_AfterTheInvoiceMoved_IsStaleAndWritesNothing()
    {
        await using var copilot = await Copilot.StartAsync();
        var proposal = await copilot.ProposeCreditAsync();
        await copilot.Sandbox.PostAsync($"/v1/invoices/{copilot.OpenRise["invoice"]}/void", new Dictionary<string, string>(), CancellationToken.None);
        using var frank = copilot.As("frank");

        using var answer = await frank.DecideAsync(proposal);

        ((string?)(await answer.JsonAsync())["status"]).ShouldBe("stale");
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Reject_WithAReason_EndsItAndTheReasonIsKept()
    {
        await using var copilot = await Copilot.StartAsync();
        var proposal = await copilot.ProposeCreditAsync();
        using var frank = copilot.As("frank");

        using var without = await frank.PostAsJsonAsync($"/api/proposals/{proposal["id"]}/decision", new { decision = "reject", hash = (string?)proposal["hash"] });
        ((int)without.StatusCode, (string?)(await without.JsonAsync())["error"]!["code"]).ShouldBe((400, "missing_reason"));
        using var answer = await frank.DecideAsync(proposal, "reject");
        var rejected = await answer.JsonAsync();

        ((string?)rejected["status"]).ShouldBe("rejected");
        var decision = rejected["approvals"]!.AsArray().Single()!;
        ((string?)decision["person"], (string?)decision["reason"]).ShouldBe(("frank", "Not owed."));
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).ShouldBeEmpty();
    }
}
