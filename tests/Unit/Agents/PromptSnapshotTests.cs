using System.Globalization;
using System.Text;
using BillingCopilot.Agents;
using BillingCopilot.Agents.Coordination;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Governance.Operations;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Snapshooter.Xunit;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>What a model is sent, word for word: a changed prompt, tool or schema shows here.</summary>
public class PromptSnapshotTests
{
    [Theory]
    [InlineData("support")]
    [InlineData("collections")]
    public async Task Sent_FirstRequest_IsAsRecorded(string agent)
    {
        var script = new ScriptedModel(ScriptedModel.Say("Fine."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        await copilot.AskAsync($"@{agent} what is our policy");
        Snapshot.Match(Written(script.Requests.ShouldHaveSingleItem()), $"PromptSnapshotTests.Sent.{agent}");
    }

    [Fact]
    public async Task Sent_Playbook_IsAsRecorded()
    {
        var script = new ScriptedModel(ScriptedModel.Say("Fine."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        await copilot.PlaybookAsync("payment_failed", new ObjectRef(ObjectKind.Invoice, copilot.Sandbox.World.Truth["failed_invoices"]![0]!["invoice"]!.ToString()));
        var sent = script.Requests.ShouldHaveSingleItem().Messages;
        var gathered = sent.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Select(c => $"[gathered {c.Name}]");
        Snapshot.Match(string.Join('\n', [sent.Last(m => m.Role == ChatRole.User).Text, .. gathered]), "PromptSnapshotTests.Sent.payment_failed");
    }

    [Fact]
    public async Task Sent_SecondTurnWithRecap_AndTheCorrectionOfIt_AreAsRecorded()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")),
            ScriptedModel.Call("issue_credit_note", ("invoice", "inv1"), ("amount", "5.00 USD"), ("disposition", "customer_balance"), ("why", "A gesture.")),
            ScriptedModel.Say("I propose it."),
            ScriptedModel.Say("Fine."),
            ScriptedModel.Say("The invoice is over $987.65."),
            ScriptedModel.Say("I have no figure for it."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var limits = copilot.Services.GetRequiredService<AgentOptions>().Limits;
        (limits.HistoryTurns, limits.HistoryTurnsWithTools) = (1, 0);
        await copilot.AskAsync("@support credit $5.00 on invoice IWLJOGXF-0013");
        await copilot.AskAsync("@support thank you");
        await copilot.AskAsync("@support what is our policy");
        script.Requests.Count.ShouldBe(6);
        var second = script.Requests[4].Messages;
        Snapshot.Match(second[0].Text[second[0].Text.IndexOf("Tool results of the oldest turns", StringComparison.Ordinal)..].ReplaceLineEndings("\n"), "PromptSnapshotTests.Sent.recap");
        Snapshot.Match(script.Requests[5].Messages[^1].Text.ReplaceLineEndings("\n"), "PromptSnapshotTests.Sent.correction");
    }

    [Fact]
    public async Task Sent_RouterAndHandedOverPart_AreAsRecorded()
    {
        await using var plain = await LumenCopilot.StartAsync();
        AgentPrompt[] all = [.. plain.Services.GetRequiredService<PromptRegistry>().ActiveFor(plain.Tenant).Values.OrderBy(p => p.Name, StringComparer.Ordinal)];
        Snapshot.Match(RouteArbiter.InstructionFor(all).ReplaceLineEndings("\n"), "PromptSnapshotTests.Sent.router");

        var script = new ScriptedModel(
            ScriptedModel.Call("more_tools", ("name", "hand_over")),
            ScriptedModel.Call("hand_over", ("to", "support"), ("what", "Say what invoice IWLJOGXF-0013 comes to.")),
            ScriptedModel.Say("The rest is for support."),
            ScriptedModel.Say("Here it is."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        await copilot.AskAsync("@collections what does the policy say, and what about their last invoice?");
        Snapshot.Match(script.Requests[^1].Messages[^1].Text.ReplaceLineEndings("\n"), "PromptSnapshotTests.Sent.handed_over");
    }

    private static string Written(ScriptedRequest request)
    {
        var text = new StringBuilder();
        foreach (var message in request.Messages)
        {
            text.Append(CultureInfo.InvariantCulture, $"[{message.Role}]\n{message.Text}\n\n");
        }

        foreach (var tool in request.Options!.Tools!.OfType<AIFunction>())
        {
            text.Append(CultureInfo.InvariantCulture, $"[tool {tool.Name}] {tool.Description}\n{tool.JsonSchema.GetRawText()}\n");
        }

        return text.ToString().ReplaceLineEndings("\n");
    }
}
