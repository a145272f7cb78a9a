using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Coordination;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Unit.AgentTests;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

public sealed class RouterAuditTests
{
    private static readonly string[] Words = ["invoice", "payment", "card", "refund", "overdue", "declined", "charge", "subscription", "credit", "failed", "customer", "reminder", "retry", "plan"];

    /// <summary>Texts of a word or two; some are as near to one specialist as to another.</summary>
    private static IEnumerable<string> Vague =>
        [.. Words, .. Words.SelectMany(a => Words.Where(b => b != a).SelectMany(b => new[] { $"{a} {b}", $"What about the {a} and the {b}?", $"The {a} of the {b} is odd" }))];

    /// <summary>The choice of a specialist is a model's as well: the log names what it was told by its version and its hash.</summary>
    [Fact]
    public async Task Ask_WhereAModelRoutes_TheLogHoldsThePromptThatWasSent()
    {
        var model = new ScriptedModel(ScriptedModel.Say("""{"agents":["none"]}"""));
        await using var copilot = await LumenCopilot.StartAsync(model.Model);
        var coordinator = new Coordinator(copilot.Services.GetRequiredService<PromptRegistry>().ActiveFor(copilot.Tenant));
        var text = Vague.First(t => coordinator.Decide(t, null) is Route.Unclear);

        await copilot.AskAsync(text);

        var called = (await copilot.Services.GetRequiredService<AuditLog>().ReadAsync(copilot.Tenant, 0, 100, default)).Single(e => e.Kind == "model.called");
        var details = JsonNode.Parse(called.Details)!;
        var sent = model.Requests.ShouldHaveSingleItem().Messages[0].Text;
        (called.Actor, (string?)details["prompt"], (int)details["prompt_version"]!).ShouldBe(($"coordinator.v{RouteArbiter.PromptVersion}", "coordinator", RouteArbiter.PromptVersion));
        ((string?)details["prompt_hash"]).ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sent))));
    }
}
