using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Flows.Support;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>Billing details from the sentence that asks for the form to Stripe, over HTTP: no model's prompt holds what was filled in.</summary>
public sealed class BillingFormFlow
{
    [Fact]
    public async Task Form_AskedForFilledInAndApproved_ChangesStripe_PastEveryModel()
    {
        var traffic = Directory.CreateTempSubdirectory("billingcopilot-form-").FullName;
        await using var copilot = await Copilot.StartAsync(s => s.Model.Record = traffic);
        var customer = copilot.Truth["healthy_customers"]![1]!;
        var path = $"/api/customers/{customer["customer"]}/billing-details";
        using var sam = copilot.As("sam");
        using var olivia = copilot.As("olivia");
        using var vera = copilot.As("vera");

        var answer = await sam.AskAsync($"Update the billing details of {customer["customer_name"]}");
        var opened = answer["tools"]!.AsArray().Single(t => (string?)t!["name"] == "open_billing_form")!;
        JsonNode.Parse((string)opened["result_json"]!)!["customer"]!.ToString().ShouldBe((string?)customer["customer"]);
        answer["proposals"]!.AsArray().ShouldBeEmpty();

        (await vera.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var form = JsonNode.Parse(await sam.GetStringAsync(path))!;
        form["details"]!["name"]!.ToString().ShouldBe((string?)customer["customer_name"]);
        using var wrong = await sam.PostAsJsonAsync(path, new { form = (string?)form["form"], tax_id_kind = "eu_vat", tax_id = "XQ77" });
        (wrong.StatusCode, (string?)(await wrong.JsonAsync())["error"]!["code"]).ShouldBe((HttpStatusCode.Conflict, "invalid_tax_id"));

        using var sent = await sam.PostAsJsonAsync(path, new { form = (string?)form["form"], line1 = "9 Quillfeather Row", city = "Zedmouth", country = "GB", tax_id_kind = "gb_vat", tax_id = "GB987654321", reason = "They moved." });
        var made = (await sent.JsonAsync())["data"]!.AsArray().Select(p => p!.AsObject()).ToList();
        made.Select(p => (string?)p["operation"]).ShouldBe(["update_billing_details", "add_tax_id"]);
        made.ShouldAllBe(p => p["changes"]!.AsArray().Any(c => (string?)c!["field"] == "Policy"));
        foreach (var proposal in made)
        {
            var seen = await vera.GetStringAsync($"/api/proposals/{proposal["id"]}") + await vera.GetStringAsync("/api/proposals");
            new[] { "Quillfeather", "Zedmouth", "987654321" }.Where(seen.Contains).ShouldBeEmpty("a viewer reads that there is a proposal, and no value of it");
            (await olivia.GetStringAsync($"/api/proposals/{proposal["id"]}")).ShouldContain(made.IndexOf(proposal) == 0 ? "Quillfeather" : "987654321");
            (await sam.DecideAsync(proposal)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            ((string?)(await (await olivia.DecideAsync(proposal)).JsonAsync())["status"]).ShouldBe("executed");
        }

        var now = JsonNode.Parse(await sam.GetStringAsync(path))!;
        ((string?)now["details"]!["line1"], (string?)now["tax_ids"]![0]!["number"]).ShouldBe(("9 Quillfeather Row", "GB987654321"));

        // A further turn of the same conversation knows nothing of it; neither does what was kept of it.
        await sam.AskAsync("What is the state of that?", (string?)answer["conversation_id"]);
        await using var db = copilot.Stage.Host.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Stage.Host.Tenants.Default.Context);
        var kept = string.Join('\n', [
            .. (await db.Messages.AsNoTracking().ToListAsync()).Select(r => JsonSerializer.Serialize(r)), .. (await db.Steps.AsNoTracking().ToListAsync()).Select(r => JsonSerializer.Serialize(r)),
            .. (await db.Tasks.AsNoTracking().ToListAsync()).Select(r => JsonSerializer.Serialize(r)), .. (await db.Audit.AsNoTracking().ToListAsync()).Select(r => JsonSerializer.Serialize(r)),
        ]);
        kept.ShouldContain("open_billing_form");
        new[] { "Quillfeather", "Zedmouth", "987654321" }.Where(kept.Contains).ShouldBeEmpty();

        var sentToModels = string.Join('\n', Directory.GetFiles(traffic, "*", SearchOption.AllDirectories).Select(File.ReadAllText));
        sentToModels.ShouldContain("Update the billing details of");
        new[] { "Quillfeather", "Zedmouth", "987654321" }.Where(sentToModels.Contains).ShouldBeEmpty("no model was sent what was filled in");
        Directory.Delete(traffic, recursive: true);
    }
}
