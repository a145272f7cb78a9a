using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Memory;
using BillingCopilot.Unit.AgentTests;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>Lists of sixty: what is shown is bounded, says what it leaves out, and all of it can be had.</summary>
public sealed class LongListTests
{
    private const int Sixty = 60;

    [Fact]
    public async Task ExplainInvoice_OfSixtyLines_ShowsThemInPages_OfWhichEachAddsUp()
    {
        await using var lumen = await Lumen.StartAsync();
        var customer = (string)lumen.Truth["paid_invoices"]!.AsArray().First(i => (string?)i!["currency"] == "usd")!["customer"]!;
        for (var i = 1; i <= Sixty; i++)
        {
            await lumen.Stripe.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = customer, Amount = 100 + i, Currency = "usd", Description = $"Item {i}" });
        }

        var invoice = await lumen.Stripe.V1.Invoices.CreateAsync(new InvoiceCreateOptions { Customer = customer, PendingInvoiceItemsBehavior = "include", AutoAdvance = false });
        var (seen, skip) = (0, 0);
        do
        {
            var explained = await lumen.CallAsync("explain_invoice", ("invoice", invoice.Id), ("skip", skip));
            var parts = explained["parts"]!.AsArray();
            parts.Count.ShouldBeInRange(1, 25);
            (parts.Sum(p => Amount(p!["amount"]!)) + Amount(explained["left_out"]!["amount"]!)).ShouldBe(Amount(explained["amount_due"] ?? explained["total"]!));
            ((int)explained["left_out"]!["count"]! + parts.Count).ShouldBe((int)explained["parts_partial"]!["total"]!);
            seen += parts.Count;
            skip = int.Parse(explained["parts_partial"]!["to_see_more"]!.ToString().Split(' ')[^1].TrimEnd('.'), CultureInfo.InvariantCulture);
        }
        while (skip > 0);
        seen.ShouldBeGreaterThanOrEqualTo(Sixty);
    }

    [Fact]
    public async Task ListDisputes_OfSixty_ShowsTwenty_AndTheRestBySkipping()
    {
        await using var lumen = await Lumen.StartAsync();
        for (var i = 0; i < Sixty; i++)
        {
            await lumen.Stripe.V1.PaymentIntents.CreateAsync(new PaymentIntentCreateOptions { Amount = 1_000 + i, Currency = "usd", PaymentMethod = "pm_card_createDispute", Confirm = true });
        }

        var first = await lumen.CallAsync("list_disputes");
        var last = await lumen.CallAsync("list_disputes", ("skip", 60));
        var all = (int)first["count"]!;
        all.ShouldBeGreaterThanOrEqualTo(Sixty);
        (first["disputes"]!.AsArray().Count, last["disputes"]!.AsArray().Count, (bool)first["complete"]!).ShouldBe((20, all - 60, false));
        first["partial"]!.ToJsonString().ShouldBe($$"""{"shown":20,"total":{{all}},"to_see_more":"Give skip 20."}""");
        ((string?)last["partial"]!["to_see_more"]).ShouldBe("Give skip 0.");
        ((int)first["open"]!).ShouldBe((int)last["open"]!, "of all, not of those shown");
    }

    [Fact]
    public async Task SearchPolicies_SixtySectionsOnTheTopic_SaysThatThereAreMore_AndLeavesOutWhatOnlySharesAWord()
    {
        await using var copilot = await LumenCopilot.StartAsync();
        var folder = Directory.CreateTempSubdirectory("sixty");
        foreach (var kind in new[] { "policies", "tickets" })
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, kind));
            await System.IO.File.WriteAllTextAsync(
                Path.Combine(folder.FullName, kind, "zebra.md"),
                "# Zebra crossings\n\n" + string.Join("\n\n", Enumerable.Range(1, Sixty).Select(i => $"## Zebra crossing {i}\n\nA zebra crossing of kind {i} is painted twice.")) + "\n\n## Brushes\n\nA brush has many hairs, and now and then there was one on which somebody saw something that was a little like a crossing.");
        }

        await copilot.Services.GetRequiredService<IKnowledgeBase>().IngestAsync(copilot.Tenant, folder.FullName, default);
        var found = await SearchAsync(copilot, "zebra crossing");
        (found["policies"]!.AsArray().Count, found["tickets"]!.AsArray().Count).ShouldBe((4, 2));
        found["policies_partial"]!.ToJsonString().ShouldContain("\"shown\":4");
        found["tickets_partial"]!.ToJsonString().ShouldContain("\"shown\":2");
        ((string?)found["policies_partial"]!["to_see_more"]).ShouldNotBeNull();

        var refunds = await SearchAsync(copilot, "until which day is a refund given");
        refunds["policies"]!.AsArray().ShouldNotBeEmpty();
        refunds.ToJsonString().ShouldNotContain("zebra");
        folder.Delete(recursive: true);
    }

    private static async Task<JsonObject> SearchAsync(LumenCopilot copilot, string query)
    {
        var result = await copilot.Services.GetRequiredService<DirectTools>().CallAsync(copilot.Tenant, copilot.Person("sam"), "conv_lists", $"task_{query}", "search_policies", new JsonObject { ["query"] = query }, default);
        return JsonNode.Parse(result.Text)!.AsObject();
    }

    private static decimal Amount(JsonNode text) => decimal.Parse(text.ToString().Split(' ')[0], CultureInfo.InvariantCulture);
}
