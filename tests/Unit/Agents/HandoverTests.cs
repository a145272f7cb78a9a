using BillingCopilot.Governance.Proposals;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>Whoever takes a question, it can do what the asker may and what the specialist may, and nothing beyond either.</summary>
public class HandoverTests
{
    [Fact]
    public async Task Run_SpecialistWithMoreTools_StaysWithinTheAskersRole()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")),
            ScriptedModel.Call("issue_credit_note", ("invoice", "inv1"), ("amount", "5.00 USD"), ("disposition", "customer_balance"), ("why", "A gesture.")),
            ScriptedModel.Say("I can't propose that for you."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync("@support credit $5.00 on invoice IWLJOGXF-0013", person: "vera");
        answer.Tools[^1].Failed.ShouldBeTrue();
        answer.Proposals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_AskerWithMoreRights_StaysWithinTheSpecialistsTools()
    {
        var script = new ScriptedModel(ScriptedModel.Call("issue_refund", ("charge", "ch1"), ("why", "Asked.")), ScriptedModel.Say("That is not mine to do."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync("@collections refund the last payment", person: "ada");
        script.Requests[0].Options!.Tools!.ShouldNotContain(t => t.Name == "issue_refund");
        answer.Proposals.ShouldBeEmpty();
        (await copilot.Services.GetRequiredService<ProposalBook>().ListForTaskAsync(copilot.Tenant, answer.TaskId, default)).ShouldBeEmpty();
    }
}
