using BillingCopilot.Agents.Prompts;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>What a playbook lists is gathered by code, before its specialist is asked for the first time.</summary>
public sealed class GatheringTests
{
    [Fact]
    public async Task Run_DisputedCharge_TheFirstRequestHoldsTheContext_JournaledAndAudited_AndARepetitionReadsNothing()
    {
        var model = new ScriptedModel(ScriptedModel.Say("A person has to decide."));
        await using var copilot = await LumenCopilot.StartAsync(model.Model);
        var dispute = copilot.Sandbox.World.Truth["disputes"]!.AsArray().First()!;
        var request = copilot.PlaybookRequest("dispute_created", [
            new ObjectRef(ObjectKind.Charge, (string)dispute["charge"]!), new ObjectRef(ObjectKind.Customer, (string)dispute["customer"]!)]);

        var answer = await copilot.RunAsync(request);
        var again = await copilot.RunAsync(request);

        var results = model.Requests.ShouldHaveSingleItem("the repetition is played back").Messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().ToList();
        results.Select(r => r.CallId).ShouldBe(["context_1", "context_2", "context_3"]);
        answer.Tools.Select(t => (t.Name, t.Failed)).ShouldBe([("list_charges", false), ("get_dispute", false), ("search_policies", false)]);
        answer.Tools[0].ArgumentsJson.ShouldContain((string)dispute["customer"]!);
        again.Tools.Select(t => t.ResultJson).ShouldBe(answer.Tools.Select(t => t.ResultJson));
        await using var db = copilot.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant);
        (await db.Steps.CountAsync(s => s.Kind == "tool")).ShouldBe(3);
        (await db.Audit.CountAsync(a => a.Kind == "tool.called")).ShouldBe(3);
    }

    [Fact]
    public void Gather_SixMonthsAndThreeInvoices_AreCountedFromTheEvent()
    {
        var playbook = new Playbook("x", [], "support", [], "", "", "") { Context = ["charges", "last_invoices", "policies"] };
        playbook.Gather(new DateTimeOffset(2026, 11, 2, 23, 30, 0, TimeSpan.Zero)).Select(c => $"{c.Id} {c.Tool} {c.Arguments.ToJsonString()}").ShouldBe([
            """context_1 list_charges {"limit":50,"from":"2026-05-03"}""",
            """context_2 list_invoices {"limit":3}""",
            """context_3 search_policies {"query":"x"}"""]);
    }
}
