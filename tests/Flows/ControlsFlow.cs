using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Flows.Support;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>The controls over HTTP, on a whole copilot.</summary>
public sealed class ControlsFlow
{
    [Fact]
    public async Task Stop_ByTheApi_HoldsForTheNextClick_AndOnlyAnAdminReleases()
    {
        await using var copilot = await Copilot.StartAsync();
        var proposal = await copilot.ProposeCreditAsync();
        using var olivia = copilot.As("olivia");
        using var frank = copilot.As("frank");
        using var ada = copilot.As("ada");

        (await olivia.PostAsJsonAsync("/api/kill-switches", new { operation = "*", stopped = true, reason = "Drill" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var refused = await frank.DecideAsync(proposal);

        ((string?)(await refused.JsonAsync())["error"]!["code"]).ShouldBe("stopped");
        (await olivia.PostAsJsonAsync("/api/kill-switches", new { operation = "*", stopped = false })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await ada.PostAsJsonAsync("/api/kill-switches", new { operation = "*", stopped = false })).StatusCode.ShouldBe(HttpStatusCode.OK);
        ((string?)(await (await frank.DecideAsync(proposal)).JsonAsync())["status"]).ShouldBe("executed");
    }

    [Fact]
    public async Task Edit_ThenApproveByAnother_CarriesOutTheEditedOne()
    {
        await using var copilot = await Copilot.StartAsync();
        var proposal = await copilot.ProposeCreditAsync();
        using var frank = copilot.As("frank");
        using var fiona = copilot.As("fiona");

        var edited = await (await frank.PostAsJsonAsync($"/api/proposals/{proposal["id"]}/edit", new { hash = (string?)proposal["hash"], arguments = new { amount = "1.00 USD" } })).JsonAsync();

        ((string?)edited["replaces"]).ShouldBe((string?)proposal["id"]);
        (await frank.DecideAsync(edited)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var done = await (await fiona.DecideAsync(edited)).JsonAsync();
        ((string?)done["status"]).ShouldBe("executed");
        ((long)(await copilot.Sandbox.WritesAsync(CancellationToken.None)).Single()["amount"]!).ShouldBe(100);

        using var sam = copilot.As("sam");
        var undo = await (await sam.PostAsJsonAsync($"/api/proposals/{edited["id"]}/undo", new { reason = "A mistake." })).JsonAsync();
        ((string?)undo["operation"]).ShouldBe("void_credit_note");
        ((string?)(await (await frank.DecideAsync(undo)).JsonAsync())["status"]).ShouldBe("executed");
    }

    [Fact]
    public async Task Reject_TheReasonReachesTheAgentAndTheRequester()
    {
        await using var copilot = await Copilot.StartAsync();
        using var sam = copilot.As("sam");
        var why = await sam.AskAsync($"Why did {copilot.OpenRise["customer_name"]}'s last invoice go up?");
        var conversation = (string)why["conversation_id"]!;
        var proposal = (await sam.AskAsync("Yes, credit the difference", conversation))["proposals"]!.AsArray().Single()!.AsObject();
        using var frank = copilot.As("frank");

        await frank.PostAsJsonAsync($"/api/proposals/{proposal["id"]}/decision", new { decision = "reject", hash = (string?)proposal["hash"], reason = "The contract allows it." });

        var mine = JsonNode.Parse(await sam.GetStringAsync("/api/proposals?mine=true"))!["data"]!.AsArray().Single()!;
        ((string?)mine["approvals"]![0]!["reason"]).ShouldBe("The contract allows it.");
        await using var db = copilot.Stage.Host.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Stage.Host.Tenants.Default.Context);
        var last = await db.Messages.Where(m => m.ConversationId == conversation).OrderByDescending(m => m.Seq).FirstAsync();
        last.Content.ShouldContain("was rejected by Frank Moreau. Their reason: «The contract allows it.»");

        // As if the process had died before it told anybody: the next round does, once.
        await db.Messages.Where(m => m.ConversationId == conversation && m.Seq == last.Seq).ExecuteDeleteAsync();
        var (host, tenant) = (copilot.Stage.Host.Services, copilot.Stage.Host.Tenants.Default.Context);
        await host.GetRequiredService<BillingCopilot.Bot.Tasks.Decisions>().RecoverAsync(tenant, default);
        await host.GetRequiredService<BillingCopilot.Bot.Tasks.Decisions>().RecoverAsync(tenant, default);
        (await db.Messages.CountAsync(m => m.ConversationId == conversation && m.TaskId == $"decision:{proposal["id"]}")).ShouldBe(1);
    }

    [Fact]
    public async Task FailedPayment_AutomatedAndSigned_IsMailedByItself_AndSoIsNothingElse()
    {
        await using var copilot = await Copilot.StartAsync(s => s.Policy.Path = Policies.Automated("operations: { send_dunning_email: automated }\nplaybooks: { payment_failed: automated }\n"));
        using var olivia = copilot.As("olivia");
        var signed = await olivia.PostAsJsonAsync("/api/standing-approvals", new
        {
            operation = "send_dunning_email", playbook = "payment_failed", per_use = "100000.00 USD", per_day = "1000000.00 USD", uses_per_day = 5,
            expires_at = copilot.Stage.Host.Services.GetRequiredService<BusinessClock>().UtcNow.AddDays(7),
        });
        signed.StatusCode.ShouldBe(HttpStatusCode.OK, await signed.Content.ReadAsStringAsync());
        var failed = copilot.Truth["failed_invoices"]!.AsArray().First(f => (string?)f!["currency"] == "usd")!;

        var emitted = await copilot.Sandbox.EmitAsync("invoice.payment_failed", (string)failed["invoice"]!, CancellationToken.None);
        await BillingCopilot.Bot.Cli.Eval.EventTask.WaitAsync(copilot.Stage.Host.Services, copilot.Stage.Host.Tenants.Default.Context, (string)emitted["id"]!, CancellationToken.None);

        var proposal = JsonNode.Parse(await olivia.GetStringAsync("/api/proposals"))!["data"]!.AsArray().Single()!;
        ((string?)proposal["status"]).ShouldBe("executed", proposal.ToJsonString());
        ((string?)proposal["approvals"]![0]!["channel"]).ShouldBe("standing");
        Directory.GetFiles(copilot.Stage.Outbox, "*.eml").ShouldHaveSingleItem();

        // Who may decide is a setting: that the file changed while it serves is in the log.
        var people = Path.Combine(copilot.Stage.Host.Settings.Policy.Path!, "people.yaml");
        await File.WriteAllTextAsync(people, (await File.ReadAllTextAsync(people)).Replace("Frank Moreau", "Frank Moreau-Petit", StringComparison.Ordinal));
        await copilot.Stage.Host.Services.GetRequiredService<BillingCopilot.Bot.Hosting.EffectiveSettings>().RecordPeopleAsync(copilot.Stage.Host.Tenants.Default.Context, default);
        (await EntriesAsync(copilot)).ShouldContain(e => e.Kind == "settings.changed" && e.Actor == "people.yaml" && e.Details.Contains("\"changed\":[\"people\"]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Event_ThatAGuardHoldsBack_OrAnOrderThatEndsInNothing_IsRecordedAsADecisionToDoNothing()
    {
        await using var copilot = await Copilot.StartAsync();
        var paid = (string)copilot.Truth["paid_invoices"]![0]!["invoice"]!;

        var emitted = await copilot.Sandbox.EmitAsync("invoice.payment_failed", paid, CancellationToken.None);
        await BillingCopilot.Bot.Cli.Eval.EventTask.WaitAsync(copilot.Stage.Host.Services, copilot.Stage.Host.Tenants.Default.Context, (string)emitted["id"]!, CancellationToken.None);

        var entry = (await EntriesAsync(copilot)).Single(e => e.Kind == "decision.nothing");
        JsonNode.Parse(entry.Details)!["guard"]!.ToString().ShouldBe("invoice_open");

        // In chat: a question is no order, so answering it decides nothing; an order that ends in no proposal does, with the agent's words for it.
        using var vera = copilot.As("vera");
        var conversation = (string?)(await vera.AskAsync($"Why did {copilot.OpenRise["customer_name"]}'s last invoice go up?"))["conversation_id"];
        (await EntriesAsync(copilot)).Count(e => e.Kind == "decision.nothing").ShouldBe(1);
        var refused = await vera.AskAsync("Yes, credit the difference", conversation);
        refused["proposals"]!.AsArray().ShouldBeEmpty();
        var inChat = JsonNode.Parse((await EntriesAsync(copilot)).Single(e => e.Kind == "decision.nothing" && e.Seq != entry.Seq).Details)!;
        (inChat["playbook"], (string?)inChat["why"]).ShouldBe((null, "refused"));
        var words = await copilot.Stage.Host.Services.GetRequiredService<AuditContents>().ReadAsync(copilot.Stage.Host.Tenants.Default.Context, (string)inChat["content"]!, CancellationToken.None);
        ((string?)JsonNode.Parse(words!)!["why"])!.ShouldContain("not for your role");
    }

    [Fact]
    public async Task Pilot_SummarisesANewInvoice_AndProposesItsSummaryAlone()
    {
        await using var copilot = await Copilot.StartAsync(s => s.Policy.Profile = "pilot");
        var invoice = (string)copilot.OpenRise["invoice"]!;
        var emitted = await copilot.Sandbox.EmitAsync("invoice.finalized", invoice, CancellationToken.None);
        var failed = await copilot.Sandbox.EmitAsync("invoice.payment_failed", (string)copilot.Truth["failed_invoices"]![0]!["invoice"]!, CancellationToken.None);
        var (services, tenant) = (copilot.Stage.Host.Services, copilot.Stage.Host.Tenants.Default.Context);

        var answer = await BillingCopilot.Bot.Cli.Eval.EventTask.WaitAsync(services, tenant, (string)emitted["id"]!, CancellationToken.None);
        var nothing = await BillingCopilot.Bot.Cli.Eval.EventTask.WaitAsync(services, tenant, (string)failed["id"]!, CancellationToken.None);

        answer!.Text.ShouldContain((string)copilot.OpenRise["invoice_number"]!);
        var proposal = answer.Proposals.ShouldHaveSingleItem();
        (proposal.Operation, proposal.Status).ShouldBe(("send_invoice_summary", Governance.Proposals.ProposalStatus.Pending));
        nothing.ShouldBeNull("no other playbook starts");
        using var sam = copilot.As("sam");
        var asked = await sam.AskAsync($"Why did {copilot.OpenRise["customer_name"]}'s last invoice go up?");
        asked["text"]!.ToString().ShouldNotBeEmpty();
        (await sam.AskAsync("Yes, credit the difference", (string?)asked["conversation_id"]))["proposals"]!.AsArray().ShouldBeEmpty();
        Assisted(await sam.GetStringAsync("/api/rollout")).ShouldBe(["send_invoice_summary", "write_invoice_summary"]);
        Directory.Exists(copilot.Stage.Outbox).ShouldBeFalse("the summary waits for a person");

        // A playbook that the profile forgets to name would be read_only, and start.
        var (plan, playbooks) = (services.GetRequiredService<BillingCopilot.Governance.Rollout.RolloutPlan>(), services.GetRequiredService<BillingCopilot.Agents.Prompts.PlaybookRegistry>());
        playbooks.All.Where(p => plan.PhaseOfPlaybook(p.Name) != BillingCopilot.Governance.Rollout.RolloutPhase.Off).Select(p => p.Name).ShouldBe(["invoice_summary"]);
    }

    /// <summary>A playbook that may propose nothing leaves the agent's words for it.</summary>
    [Fact]
    public async Task ReadOnlyPlaybook_EndsInADecisionToDoNothing_WithTheAgentsWords()
    {
        await using var copilot = await Copilot.StartAsync(s => s.Policy.Path = Policies.Automated("operations: { send_invoice_summary: assisted }\nplaybooks: { invoice_summary: read_only }\n"));
        var (services, tenant) = (copilot.Stage.Host.Services, copilot.Stage.Host.Tenants.Default.Context);
        var emitted = await copilot.Sandbox.EmitAsync("invoice.finalized", (string)copilot.OpenRise["invoice"]!, CancellationToken.None);

        var answer = await BillingCopilot.Bot.Cli.Eval.EventTask.WaitAsync(services, tenant, (string)emitted["id"]!, CancellationToken.None);

        answer!.Proposals.ShouldBeEmpty();
        var idle = (await EntriesAsync(copilot)).Single(e => e.Kind == "decision.nothing" && (string?)JsonNode.Parse(e.Details)!["playbook"] == "invoice_summary");
        var words = await services.GetRequiredService<AuditContents>().ReadAsync(tenant, (string)JsonNode.Parse(idle.Details)!["content"]!, CancellationToken.None);
        ((string?)JsonNode.Parse(words!)!["why"])!.Length.ShouldBeInRange(1, 600);
    }

    [Fact]
    public async Task Turn_LeavesItsModelAndToolCallsInTheAuditLog_EncryptedForTheCustomer()
    {
        await using var copilot = await Copilot.StartAsync();
        using var sam = copilot.As("sam");
        await sam.AskAsync($"Why did {copilot.OpenRise["customer_name"]}'s last invoice go up?");
        var tenant = copilot.Stage.Host.Tenants.Default.Context;

        var entries = await EntriesAsync(copilot);

        var model = JsonNode.Parse(entries.First(e => e.Kind == "model.called").Details)!;
        ((string?)model["provider"], (string?)model["prompt"], (long?)model["prompt_version"]).ShouldBe(("rules", "support", 1));
        ((string?)model["prompt_hash"])!.Length.ShouldBe(64);
        entries.ShouldContain(e => e.Kind == "tool.called");
        var settings = JsonNode.Parse(entries.First(e => e.Kind == "settings.changed").Details)!;
        new[] { "policy", "queues", "people", "rollout", "prompts", "playbooks" }.ShouldAllBe(part => ((string?)settings[part] ?? "").Length == 64);
        entries.ShouldAllBe(e => !e.Details.Contains((string)copilot.OpenRise["customer_name"]!, StringComparison.Ordinal));
        var contents = copilot.Stage.Host.Services.GetRequiredService<AuditContents>();
        var last = (string)JsonNode.Parse(entries.Last(e => e.Kind == "model.called").Details)!["content"]!;
        (await contents.ReadAsync(tenant, last, CancellationToken.None))!.ShouldContain((string)copilot.OpenRise["customer_name"]!);
        var ada = copilot.Stage.Host.Services.GetRequiredService<Governance.People.PeopleDirectory>().Find("ada")!;
        (await copilot.Stage.Host.Services.GetRequiredService<SubjectEraser>().EraseAsync(tenant, (string)copilot.OpenRise["customer"]!, ada, CancellationToken.None))
            .ShouldBeOfType<Billing.Outcome<Erasure>.Ok>().Value.Messages.ShouldBeGreaterThan(0);
        await using (var db = copilot.Stage.Host.Services.GetRequiredService<Storage.CopilotDbFactory>().Open(tenant))
        {
            db.Messages.ShouldBeEmpty();
            db.Tasks.ShouldAllBe(t => t.Answer == null && !t.Input.Contains((string)copilot.OpenRise["customer_name"]!));
        }

        (await contents.ReadAsync(tenant, last, CancellationToken.None)).ShouldBeNull();
        (await copilot.Stage.Host.Services.GetRequiredService<AuditVerifier>().VerifyAsync(tenant, CancellationToken.None)).Whole.ShouldBeTrue();
    }

    /// <summary>Names of the operations that may be proposed; none may be automated.</summary>
    private static List<string?> Assisted(string rollout)
    {
        var operations = JsonNode.Parse(rollout)!["operations"]!.AsArray();
        operations.ShouldAllBe(o => (string?)o!["phase"] == "read_only" || (string?)o["phase"] == "assisted");
        return [.. operations.Where(o => (string?)o!["phase"] == "assisted").Select(o => (string?)(o!["operation"] ?? o["name"])).Order(StringComparer.Ordinal)];
    }

    private static async Task<IReadOnlyList<Storage.Rows.AuditRow>> EntriesAsync(Copilot copilot) =>
        await copilot.Stage.Host.Services.GetRequiredService<AuditLog>().ReadAsync(copilot.Stage.Host.Tenants.Default.Context, 0, 1000, CancellationToken.None);
}
