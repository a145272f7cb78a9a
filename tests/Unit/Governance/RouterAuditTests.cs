using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Coordination;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Unit.AgentTests;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

public sealed class RouterAuditTests
{
    /// <summary>The choice of a specialist is a model's as well: the log names what it was told by its version and its hash.</summary>
    [Fact]
    public async Task Ask_WhereAModelRoutes_TheLogHoldsThePromptThatWasSent()
    {
        var model = new ScriptedModel(ScriptedModel.Say("""{"agents":["none"]}"""));
        await using var copilot = await LumenCopilot.StartAsync(model.Model);
        var (text, _) = await RouterTurnTests.UnclearAsync();

        await copilot.AskAsync(text);

        var called = (await copilot.Services.GetRequiredService<AuditLog>().ReadAsync(copilot.Tenant, 0, 100, default)).Single(e => e.Kind == "model.called");
        var details = JsonNode.Parse(called.Details)!;
        var sent = model.Requests.ShouldHaveSingleItem().Messages[0].Text;
        (called.Actor, (string?)details["prompt"], (int)details["prompt_version"]!).ShouldBe(($"coordinator.v{RouteArbiter.PromptVersion}", "coordinator", RouteArbiter.PromptVersion));
        ((string?)details["prompt_hash"]).ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sent))));
    }
}
