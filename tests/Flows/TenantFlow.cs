using System.Net;
using System.Text.Json.Nodes;
using BillingCopilot.Flows.Support;
using BillingCopilot.Sandbox;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed class TenantFlow
{
    [Fact]
    public async Task TwoTenants_EachSeesItsOwnAccountConversationsAndProposals()
    {
        await using var other = await SandboxServer.StartAsync(new SandboxOptions { Seed = 2 }, TimeProvider.System);
        await using var copilot = await Copilot.StartAsync(settings => settings.Tenants["second"] = new()
        {
            Stripe = { ApiBase = other.BaseAddress.ToString().TrimEnd('/'), ReadKey = SandboxKeys.Read, WriteKey = SandboxKeys.Write },
        });
        var proposal = await copilot.ProposeCreditAsync();
        using var here = await Browser.SignInAsync(copilot.Address, "frank");
        using var there = await Browser.SignInAsync(copilot.Address, "frank", "second");
        (await here.GetStringAsync("/")).ShouldContain((string)proposal["id"]!);
        var page = await there.GetStringAsync("/");
        page.ShouldContain("Tenant second");
        page.ShouldNotContain((string)proposal["id"]!);
        using var second = copilot.As("frank@second");
        using var secondSam = copilot.As("sam@second");

        (await second.GetAsync($"/api/proposals/{proposal["id"]}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        JsonNode.Parse(await second.GetStringAsync("/api/proposals"))!["data"]!.AsArray().ShouldBeEmpty();
        (await second.DecideAsync(proposal)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var foreign = await secondSam.AskAsync($"Why did {copilot.OpenRise["customer_name"]}'s last invoice go up?");
        ((string)foreign["text"]!).ShouldNotContain((string)copilot.OpenRise["total_text"]!);
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).ShouldBeEmpty();
    }
}
