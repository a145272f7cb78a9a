using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Flows.Support;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Sandbox;
using BillingCopilot.Storage;
using MimeKit;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>Summaries that an event starts: on a draft, and by mail once it is final.</summary>
public sealed class SummaryFlow
{
    [Theory]
    [InlineData("invoice-summary", 1)]
    [InlineData("other", 0)]
    public async Task InvoiceCreated_ProposesAMemo_WhereTheSegmentHasItOn(string tag, int proposals)
    {
        await using var copilot = await Copilot.StartAsync();
        using var stripe = new HttpClient { BaseAddress = new Uri(copilot.Stage.Host.Settings.Stripe.ApiBase) };
        stripe.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SandboxKeys.Admin);
        var customer = await PostAsync(stripe, "v1/customers", ("name", "Acme"), ("email", "billing@acme.test"), ("metadata[tags]", tag));
        await PostAsync(stripe, "v1/invoiceitems", ("customer", customer), ("amount", "3000"), ("currency", "usd"), ("description", "Onboarding"));
        var draft = await PostAsync(stripe, "v1/invoices", ("customer", customer), ("currency", "usd"), ("pending_invoice_items_behavior", "include"));

        var emitted = await copilot.Sandbox.EmitAsync("invoice.created", draft, CancellationToken.None);
        var answer = await EventTask.WaitAsync(copilot.Stage.Host.Services, copilot.Stage.Host.Tenants.Default.Context, (string)emitted["id"]!, CancellationToken.None);

        answer!.Proposals.Count.ShouldBe(proposals, answer.Text);
        answer.Proposals.ShouldAllBe(p => p.Operation == "write_invoice_summary" && p.Changes[0].Field == "Memo");
        ((string?)(await stripe.GetFromJsonAsync<JsonObject>($"v1/invoices/{draft}"))!["description"]).ShouldBeNull();
    }

    /// <summary>Once final, a mail is proposed and waits; under a standing approval of the operation one that is asked for goes out, with a PDF.</summary>
    [Fact]
    public async Task InvoiceFinalized_ProposesAMail_WhichOnlyAPersonOrAStandingApprovalLetsGo()
    {
        await using var copilot = await Copilot.StartAsync(s => s.Policy.Path = Policies.Automated("operations: { send_invoice_summary: automated }\nplaybooks: { invoice_summary: automated }\n"));
        var (services, tenant) = (copilot.Stage.Host.Services, copilot.Stage.Host.Tenants.Default.Context);
        using var olivia = copilot.As("olivia");
        using var sam = copilot.As("sam");

        var emitted = await copilot.Sandbox.EmitAsync("invoice.finalized", (string)copilot.OpenRise["invoice"]!, CancellationToken.None);
        var answer = (await EventTask.WaitAsync(services, tenant, (string)emitted["id"]!, CancellationToken.None)).ShouldNotBeNull();
        var waiting = answer.Proposals.Single();
        (waiting.Operation, waiting.Status).ShouldBe(("send_invoice_summary", ProposalStatus.Pending));
        answer.Text.ShouldContain((string)copilot.OpenRise["invoice_number"]!);
        Directory.Exists(copilot.Stage.Outbox).ShouldBeFalse("no mail was written");

        var signed = await olivia.PostAsJsonAsync("/api/standing-approvals", new
        {
            operation = "send_invoice_summary", uses_per_day = 1, expires_at = services.GetRequiredService<BusinessClock>().UtcNow.AddDays(7),
        });
        signed.StatusCode.ShouldBe(HttpStatusCode.OK, await signed.Content.ReadAsStringAsync());
        var other = copilot.Truth["invoice_increases"]!.AsArray().First(n => (string?)n!["invoice"] != (string?)copilot.OpenRise["invoice"])!;
        await sam.AskAsync($"Mail the customer a summary of invoice {other["invoice_number"]}");

        var all = JsonNode.Parse(await olivia.GetStringAsync("/api/proposals"))!["data"]!.AsArray();
        all.Single(p => (string?)p!["id"] == waiting.Id)!["status"]!.ToString().ShouldBe("pending", "what was proposed before the signature still waits for a person");
        var sent = all.Single(p => (string?)p!["id"] != waiting.Id)!;
        ((string?)sent["status"], (string?)sent["approvals"]![0]!["channel"]).ShouldBe(("executed", "standing"), sent.ToJsonString());
        var mail = await MimeMessage.LoadAsync(Directory.GetFiles(copilot.Stage.Outbox, "*.eml").ShouldHaveSingleItem());
        mail.Attachments.ShouldHaveSingleItem().ContentType.MimeType.ShouldBe("application/pdf");
    }

    /// <summary>Returns the id of what was made.</summary>
    private static async Task<string> PostAsync(HttpClient stripe, string path, params (string Key, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Key, f.Value)));
        using var answer = await stripe.PostAsync(new Uri(path, UriKind.Relative), form);
        answer.EnsureSuccessStatusCode();
        return (string)(await answer.JsonAsync())["id"]!;
    }
}
