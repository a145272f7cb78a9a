using System.Globalization;
using System.Text;
using BillingCopilot.Governance.Operations;
using Microsoft.Extensions.AI;
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
