using BillingCopilot.Agents.Prompts;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
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
        results.Select(r => r.CallId).ShouldBe(["context_1", "context_2", "context_3", "context_4"]);
        answer.Tools.Select(t => (t.Name, t.Failed)).ShouldBe([("list_charges", false), ("get_dispute", false), ("list_tickets", false), ("search_policies", false)]);
        answer.Tools[0].ArgumentsJson.ShouldContain((string)dispute["customer"]!);
        again.Tools.Select(t => t.ResultJson).ShouldBe(answer.Tools.Select(t => t.ResultJson));
        await using var db = copilot.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant);
        (await db.Steps.CountAsync(s => s.Kind == "tool")).ShouldBe(4);
        (await db.Audit.CountAsync(a => a.Kind == "tool.called")).ShouldBe(4);
    }

    [Fact]
    public async Task Run_PaymentFailed_TheFirstRequestHoldsTheRuleOfDeclines_AndThatNothingWasMailedYet()
    {
        var model = new ScriptedModel(ScriptedModel.Say("A person has to decide."));
        await using var copilot = await LumenCopilot.StartAsync(model.Model);

        await copilot.PlaybookAsync("payment_failed", new ObjectRef(ObjectKind.Invoice, (string)copilot.Sandbox.World.Truth["failed_invoices"]![0]!["invoice"]!));

        var results = model.Requests.ShouldHaveSingleItem().Messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().Select(r => r.Result!.ToString()!).ToList();
        results[0].ShouldContain("\"mailed\":\"not yet\"");
        results[1].ShouldContain("Soft and hard declines");
    }

    [Fact]
    public async Task Run_SubscriptionDeleted_TheFirstRequestHoldsTheCustomersTicketsOf90Days()
    {
        var model = new ScriptedModel(ScriptedModel.Say("Nothing is owed."));
        await using var copilot = await LumenCopilot.StartAsync(model.Model);
        var healthy = copilot.Sandbox.World.Truth["healthy_customers"]!;
        string[] customers = [(string)healthy[0]!["customer"]!, (string)healthy[1]!["customer"]!];
        var now = copilot.Services.GetRequiredService<BusinessClock>().UtcNow;
        await using (var db = copilot.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant))
        {
            foreach (var (number, customer, days) in new[] { ("N-1", customers[0], 80), ("N-2", customers[0], 100), ("N-3", customers[1], 1) })
            {
                db.Tickets.Add(new TicketRow
                {
                    TenantId = copilot.Tenant.Id, Id = "tkt_" + number, Number = number, Subject = "Cancel", Body = "Please cancel our plan.", SenderName = "", SenderMail = "", CustomerId = customer, ReceivedAt = now.AddDays(-days),
                });
            }

            await db.SaveChangesAsync();
        }

        var answer = await copilot.RunAsync(copilot.PlaybookRequest("subscription_deleted", [new ObjectRef(ObjectKind.Customer, customers[0])]));

        answer.Tools.Select(t => (t.Name, t.Failed)).ShouldBe([("get_customer_overview", false), ("list_tickets", false)]);
        var tickets = model.Requests.ShouldHaveSingleItem().LastResult;
        tickets.ShouldContain("N-1");
        tickets.ShouldNotContain("N-2");
        tickets.ShouldNotContain("N-3");
    }

    [Fact]
    public void Gather_SixMonthsThreeInvoicesAndTicketsOf90Days_AreCountedFromTheEvent()
    {
        var playbook = new Playbook("x", [], "support", [], "", "", "") { Context = ["charges", "last_invoices", "policies", "tickets"] };
        playbook.Gather(new DateTimeOffset(2026, 11, 2, 23, 30, 0, TimeSpan.Zero)).Select(c => $"{c.Id} {c.Tool} {c.Arguments.ToJsonString()}").ShouldBe([
            """context_1 list_charges {"limit":50,"from":"2026-05-03"}""",
            """context_2 list_invoices {"limit":3}""",
            """context_3 search_policies {"query":"x"}""",
            """context_4 list_tickets {"limit":5,"from":"2026-08-04"}"""]);
    }
}
