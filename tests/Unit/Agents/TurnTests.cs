using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>The loop with a scripted model: what reaches the model, what it may do, what of its text gets through.</summary>
public class TurnTests
{
    private const string Question = "@support What is invoice IWLJOGXF-0013?";

    [Fact]
    public async Task Run_ToolResult_ReachesTheModelWithoutIds()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")),
            ScriptedModel.Say("Invoice IWLJOGXF-0013 of Eastgate Textiles is $29.00."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync(Question);
        script.Requests[1].All.ShouldNotContain("in_1x");
        script.Requests[1].All.ShouldNotContain("cus_");
        script.Requests[1].LastResult.ShouldContain("\"invoice\":\"inv1\"");
        answer.Tools.ShouldHaveSingleItem().ResultJson.ShouldContain("\"invoice\":\"in_1x");
        answer.Unverified.ShouldBeEmpty();
        answer.Receipts.ShouldContain(r => r.Text == "$29.00" && r.Value == "2900 usd" && r.Source == "tool" && r.ObjectId!.StartsWith("in_1x", StringComparison.Ordinal));
        (answer.Agent, answer.Model, answer.InputTokens).ShouldBe(("support", "scripted", 10));
    }

    /// <summary>A rejection is told in the conversation while its first turn still runs.</summary>
    [Fact]
    public async Task Run_SomethingWasSaidMeanwhile_StandsAfterIt()
    {
        LumenCopilot? copilot = null;
        var script = new ScriptedModel(
            ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")),
            request =>
            {
                using var db = copilot!.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant);
                db.Messages.Add(new() { TenantId = copilot.Tenant.Id, ConversationId = "conv_1", Seq = 1, TaskId = "task_decided", Role = "assistant", Content = "{\"Role\":\"assistant\",\"Text\":\"Rejected.\"}", At = DateTimeOffset.UnixEpoch });
                db.SaveChanges();
                return ScriptedModel.Say("Invoice IWLJOGXF-0013 is $29.00.")(request);
            });
        await using (copilot = await LumenCopilot.StartAsync(script.Model))
        {
            await copilot.AskAsync(Question);

            await using var db = copilot.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant);
            var kept = await db.Messages.OrderBy(m => m.Seq).Select(m => m.TaskId).ToListAsync();
            kept[0].ShouldBe("task_decided");
            kept.Count.ShouldBeGreaterThan(2);
        }
    }

    [Fact]
    public async Task Run_InventedHandle_IsRefusedInWords()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("get_invoice", ("invoice", "inv9")),
            ScriptedModel.Call("issue_refund", ("charge", "ch_3xGhhOPBFKqnoW2oBG0KNky2"), ("reason", "duplicate"), ("why", "Because.")),
            ScriptedModel.Say("I could not find it."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync(Question);
        answer.Tools.ShouldAllBe(t => t.Failed && t.ResultJson.Contains("unknown_handle"));
        answer.Proposals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_UnbackedFigure_IsSentBackOnceThenMarked()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")),
            ScriptedModel.Say("It is $31.00."),
            request =>
            {
                request.Messages[^1].Text.ShouldContain("$31.00");
                return ScriptedModel.Say("It is $32.00 in all.")(request);
            });
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync(Question);
        answer.Text.ShouldBe("It is $32.00 [unverified] in all.");
        answer.Unverified.ShouldBe(["$32.00"]);
    }

    [Fact]
    public async Task Run_PolicyWithoutItsWords_IsSentBackOnceThenMarked()
    {
        const string claim = "Our policy lets us refund any charge at any time, even after a year, without anybody's approval.";
        var script = new ScriptedModel(
            ScriptedModel.Call("search_policies", ("query", "refund window")),
            ScriptedModel.Say(claim + " Shall I?"),
            request =>
            {
                request.Messages[^1].Text.ShouldContain("without the policy's words");
                return ScriptedModel.Say(claim + " Shall I?")(request);
            });
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync("What does our policy say about refunds?");
        answer.Text.ShouldBe(claim + " [unverified: no policy is quoted] Shall I?");
    }

    [Fact]
    public async Task Run_CorrectedFigure_ReplacesTheDraftAndSentencesComeAfterTheCheck()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")),
            ScriptedModel.Say("It is $31.00."),
            ScriptedModel.Say("It is $29.00. It is paid."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var events = new List<TurnEvent>();
        await copilot.RunAsync(copilot.Request(Question), e =>
        {
            events.Add(e);
            return ValueTask.CompletedTask;
        });
        events.OfType<TurnEvent.Sentence>().Select(s => s.Text.Trim()).ShouldBe(["It is $29.00.", "It is paid."]);
        events.Select(e => e.GetType().Name).ShouldBe(["Routed", "ToolStarted", "ToolFinished", "Sentence", "Sentence", "Finished"]);
    }

    [Fact]
    public async Task Run_ClaimOfHavingDoneIt_NeverGetsThrough()
    {
        var script = new ScriptedModel(
            ScriptedModel.Say("I have refunded the charge."),
            ScriptedModel.Say("I have refunded the charge."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        (await copilot.AskAsync("@support refund it")).Text.ShouldContain("not done: it waits for approval");
        script.Requests[1].Messages[^1].Text.ShouldContain("nothing has been done");
    }

    [Fact]
    public async Task Run_UnknownToolAndEndlessCalls_EndInAnAnswerWithoutOpenCalls()
    {
        var endless = Enumerable.Repeat(ScriptedModel.Call("make_coffee", ("cups", 2)), 14).ToArray();
        var script = new ScriptedModel(endless);
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync("@support why is the invoice high");
        answer.Text.ShouldContain("could not finish");
        script.Requests.Count.ShouldBe(13);
        await using var db = copilot.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant);
        var stored = (await db.Messages.AsNoTracking().ToListAsync()).Select(m => StoredMessage.FromJson(m.Content)).ToList();
        stored.SelectMany(m => m.Calls ?? []).Select(c => c.Id).Distinct().ShouldBeSubsetOf(stored.SelectMany(m => m.Results ?? []).Select(r => r.Id));
    }

    [Fact]
    public async Task Run_SameTaskAgain_ReplaysModelAndTools()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("list_charges", ("customer", "cus1")),
            request => ScriptedModel.Call("issue_refund", ("charge", "ch1"), ("reason", "duplicate"), ("why", "Taken twice."))(request),
            ScriptedModel.Say("I propose a refund."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var customer = copilot.Sandbox.World.Truth["double_charges"]![0]!["customer"]!.ToString();
        var request = copilot.Request($"@support refund the duplicate of {customer}", task: "task_x");
        var first = await copilot.RunAsync(request);
        var again = await copilot.RunAsync(request);
        script.Requests.Count.ShouldBe(3);
        again.Text.ShouldBe(first.Text);
        again.Proposals.ShouldHaveSingleItem().Id.ShouldBe(first.Proposals.ShouldHaveSingleItem().Id);
    }

    /// <summary>The step is the call that asked first; neither asking again nor a run after a crash makes another proposal.</summary>
    [Fact]
    public async Task Run_AskedTwice_AndAgainAfterACrash_MakesOneProposalOfTheFirstCallsStep()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("list_charges", ("customer", "cus1")),
            ScriptedModel.Call("issue_refund", ("charge", "ch1"), ("reason", "duplicate"), ("why", "Taken twice.")),
            ScriptedModel.Call("issue_refund", ("charge", "ch1"), ("reason", "duplicate"), ("why", "Once more.")),
            ScriptedModel.Say("I propose a refund."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var request = copilot.Request($"@support refund the duplicate of {copilot.Sandbox.World.Truth["double_charges"]![0]!["customer"]}", task: "task_x");
        var first = (await copilot.RunAsync(request)).Proposals.ShouldHaveSingleItem();
        await using var db = copilot.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant);
        (await db.Steps.AsNoTracking().SingleAsync(s => s.Kind == TaskJournal.Proposed)).Content.ShouldBe("2");

        // As if the process had died right after the proposal: what the tools said is lost.
        await db.Steps.Where(s => s.Kind == TaskJournal.Tool).ExecuteDeleteAsync();
        (await copilot.RunAsync(request)).Proposals.ShouldHaveSingleItem().Id.ShouldBe(first.Id);
        (await db.Proposals.CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Run_Proposes_WithTheEvidenceOfItsReason_AndTheTimeThatWasAskedFor()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("list_charges", ("customer", "cus1")),
            ScriptedModel.Call("search_policies", ("query", "refund of a double charge")),
            request => ScriptedModel.Call("issue_refund", ("charge", "ch1"), ("reason", "duplicate"), ("not_before", "2099-01-05 09:00"), ("why", "Taken twice; $9,999.99 in all."))(request),
            request => ScriptedModel.Call("issue_refund", ("charge", "ch1"), ("reason", "duplicate"), ("not_before", "tomorrow 09:00 Europe/Berlin"), ("why", "Taken twice; $9,999.99 in all."))(request),
            ScriptedModel.Say("I propose a refund."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var planted = copilot.Sandbox.World.Truth["double_charges"]![0]!;

        var answer = await copilot.AskAsync($"@support refund the duplicate of {planted["customer"]}");

        answer.Tools[2].ResultJson.ShouldContain("not_before_too_far");
        var proposal = answer.Proposals.ShouldHaveSingleItem();
        proposal.NotBefore.ShouldNotBeNull().ShouldBeGreaterThan(proposal.CreatedAt);
        proposal.Evidence.Unbacked.ShouldBe(["$9,999.99"]);
        proposal.Evidence.Quotes.ShouldNotBeEmpty();
        proposal.Evidence.ReadAgain.ShouldContain(proposal.Target.Id);
    }

    [Fact]
    public async Task Run_SameTaskWithOtherWords_IsRefused()
    {
        var script = new ScriptedModel(ScriptedModel.Say("Fine."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        await copilot.RunAsync(copilot.Request("@support is it paid", task: "task_x"));
        await Should.ThrowAsync<JournalMismatchException>(() => copilot.RunAsync(copilot.Request("@support is it open", task: "task_x")));
    }

    [Fact]
    public async Task Run_CardNumber_IsNeitherStoredNorSent()
    {
        var script = new ScriptedModel(ScriptedModel.Say("Fine."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync("@support my card 4242 4242 4242 4242 was declined");
        answer.Text.ShouldContain("removed a card number");
        script.Requests[0].All.ShouldNotContain("4242 4242");
        await using var db = copilot.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant);
        (await db.Messages.AsNoTracking().Select(m => m.Content).ToListAsync()).ShouldAllBe(c => !c.Contains("4242 4242"));
        (await db.Steps.AsNoTracking().Select(m => m.Content).ToListAsync()).ShouldAllBe(c => !c.Contains("4242 4242"));
    }

    [Fact]
    public async Task Run_ViewerProposes_IsRefusedByRole()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")),
            ScriptedModel.Call("issue_credit_note", ("invoice", "inv1"), ("amount", "5.00 USD"), ("reason", "order_change"), ("disposition", "customer_balance"), ("why", "Asked.")),
            ScriptedModel.Say("You may not propose that."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync(Question, person: "vera");
        answer.Tools[^1].Failed.ShouldBeTrue();
        answer.Proposals.ShouldBeEmpty();
        script.Requests[0].Messages[0].Text.ShouldContain("(viewer). May propose: nothing.");
    }

    [Fact]
    public async Task Run_Tools_NoneWritesAndAllSchemasAreSmall()
    {
        var script = new ScriptedModel(ScriptedModel.Say("Fine."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        await copilot.AskAsync("@support refund the duplicate charge");
        var tools = script.Requests[0].Options!.Tools!.OfType<AIFunction>().ToList();
        tools.Select(t => t.JsonSchema.GetRawText()).ShouldAllBe(s => !s.Contains("\"condition\""));
        tools.Sum(t => t.Name.Length + t.Description.Length + t.JsonSchema.GetRawText().Length).ShouldBeLessThan(4000);
        var refund = tools.Single(t => t.Name == "issue_refund");
        await Should.ThrowAsync<InvalidOperationException>(async () => await refund.InvokeAsync(new AIFunctionArguments()));
    }

    [Fact]
    public async Task Run_Proposal_SaysWhoHasToApproveAndUntilWhen()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")),
            ScriptedModel.Call("issue_credit_note", ("invoice", "inv1"), ("amount", "5.00 USD"), ("disposition", "customer_balance"), ("why", "A gesture.")),
            ScriptedModel.Call("get_invoice", ("invoice", "inv1")),
            ScriptedModel.Say("I propose it."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync(Question);
        script.Requests[0].All.ShouldContain("Asked by: ");
        script.Requests[0].All.ShouldContain("(support)");
        script.Requests[2].LastResult.ShouldContain("approval by one person with role finance or admin, not by the requester");
        script.Requests[2].LastResult.ShouldContain(" UTC\"");
        script.Requests[3].LastResult.ShouldContain("waits for approval");
        answer.Proposals.ShouldHaveSingleItem().Changes.ShouldContain(c => c.Field == "Reason" && c.After == "none of Stripe's");
    }

    [Fact]
    public async Task Run_StatusThatIsNone_IsRefusedWithTheStatuses()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("find_customer", ("query", "Eastgate Textiles")),
            ScriptedModel.Call("list_invoices", ("customer", "cus1"), ("status", "overdue")),
            ScriptedModel.Call("list_invoices", ("customer", "cus1"), ("status", "paid")),
            ScriptedModel.Say("Listed."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync("@support list the invoices");
        script.Requests[2].LastResult.ShouldContain("draft, open, paid, uncollectible, void");
        answer.Tools[2].Failed.ShouldBeFalse();
        script.Requests[0].Options!.Tools!.OfType<AIFunction>().Single(t => t.Name == "list_invoices").JsonSchema.GetRawText().ShouldContain("\"uncollectible\"");
    }

    [Fact]
    public async Task Run_RawIdsOfTheModel_NeverBecomeHandles()
    {
        var script = new ScriptedModel(
            request => ScriptedModel.Call("get_invoice", ("invoice", "in_1xGgk2PBFKqnoW2otZjfzd9c"))(request),
            ScriptedModel.Call("find_customer", ("query", "cus_UnTypedByAnyone1")),
            ScriptedModel.Call("get_invoice", ("invoice", "inv1")),
            ScriptedModel.Say("I could not find it."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync("@support what is the invoice");
        answer.Tools.Count.ShouldBe(3);
        answer.Tools.ShouldAllBe(t => t.Failed);
        answer.Tools[1].ResultJson.ShouldContain("raw_reference");
        answer.Tools.ShouldAllBe(t => !t.ResultJson.Contains("in_1xG") && !t.ResultJson.Contains("cus_"));
        await using var db = copilot.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant);
        (await db.Handles.AsNoTracking().CountAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData("It is $29«»,000.", "It is $29,000 [unverified].")]
    [InlineData("It is $29\u200B,000.", "It is $29,000 [unverified].")]
    [InlineData("It is $2\u202E9,00\u20600.", "It is $29,000 [unverified].")]
    [InlineData("It is $٣١.00.", "It is $31.00 [unverified].")]
    public async Task Run_HiddenCharacters_AreGoneBeforeTheCheck(string said, string given)
    {
        var script = new ScriptedModel(ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")), ScriptedModel.Say(said), ScriptedModel.Say(said));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        (await copilot.AskAsync(Question)).Text.ShouldBe(given);
    }

    [Fact]
    public async Task Run_SecretsAndLinks_AreNeitherStoredNorSent()
    {
        var script = new ScriptedModel(ScriptedModel.Say("See https://evil.example/pay."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync("@support is sk_test_FAKE00abcdef1234 or https://invoice.stripe.com/i/abc the invoice");
        answer.Text.ShouldBe("See [link].");
        script.Requests[0].All.ShouldContain("is [secret] or [link] the invoice");
        await using var db = copilot.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant);
        (await db.Messages.AsNoTracking().Select(m => m.Content).ToListAsync()).ShouldAllBe(c => !c.Contains("sk_test") && !c.Contains("stripe.com"));
    }

    [Fact]
    public async Task Run_TwoTurnsAtOnce_TakeTurns()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")),
            ScriptedModel.Say("Found."),
            ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")),
            ScriptedModel.Say("Found."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answers = await Task.WhenAll(copilot.AskAsync(Question), copilot.AskAsync(Question));
        answers.ShouldAllBe(a => a.Text == "Found." && a.Tools.Count == 1 && !a.Tools[0].Failed);
    }

    [Fact]
    public async Task Run_ToolStepOfAnotherRequest_EndsTheTurn()
    {
        var script = new ScriptedModel(ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        await using (var db = copilot.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant))
        {
            db.Steps.Add(new BillingCopilot.Storage.Rows.StepRow { TenantId = copilot.Tenant.Id, TaskId = "task_x", Kind = TaskJournal.Tool, Key = "support:call_0", RequestHash = "other", Content = "{}", At = DateTimeOffset.UnixEpoch });
            await db.SaveChangesAsync();
        }

        await Should.ThrowAsync<JournalMismatchException>(() => copilot.RunAsync(copilot.Request(Question, task: "task_x")));
        script.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Run_SomebodyElsesConversation_IsRefused()
    {
        var script = new ScriptedModel(ScriptedModel.Say("Fine."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        await copilot.AskAsync("@support is it paid");
        await Should.ThrowAsync<ConversationOfAnotherException>(() => copilot.AskAsync("@support is it paid", person: "vera"));
    }

    [Fact]
    public async Task Run_Playbook_ProposesTheReminder()
    {
        await using var copilot = await LumenCopilot.StartAsync();
        var failed = copilot.Sandbox.World.Truth["failed_invoices"]![0]!;
        var answer = await copilot.PlaybookAsync("payment_failed", new ObjectRef(ObjectKind.Invoice, failed["invoice"]!.ToString()));
        answer.Agent.ShouldBe("collections");
        answer.Proposals.ShouldHaveSingleItem().Operation.ShouldBe("send_dunning_email");
        answer.Text.ShouldContain(failed["amount_text"]!.ToString());
        answer.Unverified.ShouldBeEmpty();
    }
}
