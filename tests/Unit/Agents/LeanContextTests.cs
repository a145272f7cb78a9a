using System.Text.Json.Nodes;
using BillingCopilot.Agents.Models.Rules;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.Tokenizers;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>What a model is sent stays small: counted in tokens of o200k, and printed.</summary>
public sealed class LeanContextTests(ITestOutputHelper output)
{
    private const int OfInvoice = 150;
    private const int OfLineBeyondThree = 20;

    /// <summary>What the name of a zone takes, where it is not UTC.</summary>
    private const int OfTimeZone = 8;

    /// <summary>The schema of more_tools, at most.</summary>
    private const int MoreToolsItself = 60;

    private static readonly TiktokenTokenizer Tokens = TiktokenTokenizer.CreateForEncoding("o200k_base");

    [Fact]
    public async Task Invoices_StayWithinTheirBudget()
    {
        await using var copilot = await LumenCopilot.StartAsync();
        var numbers = copilot.Sandbox.World.Account.All("invoice").Select(i => (Number: (string?)i["number"], Lines: i["lines"]!["data"]!.AsArray().Count))
            .Where(i => i.Number is not null).GroupBy(i => i.Lines).OrderBy(g => g.Key).SelectMany(g => g.Take(12)).ToList();
        var over = new List<string>();
        output.WriteLine("lines  most  budget");
        foreach (var group in numbers.GroupBy(n => n.Lines))
        {
            var budget = OfInvoice + (Math.Max(0, group.Key - 3) * OfLineBeyondThree);
            var results = new List<string>();
            foreach (var (number, _) in group)
            {
                results.Add((await CallAsync(copilot, "get_invoice", new JsonObject { ["number"] = number })).ToJsonString(ModelJson.Plain));
            }

            var most = results.MaxBy(r => Tokens.CountTokens(r))!;
            output.WriteLine($"{group.Key,5}  {Tokens.CountTokens(most),4}  {budget,6}");
            if (Tokens.CountTokens(most) > budget)
            {
                over.Add($"{Tokens.CountTokens(most)} of {budget}: {most}");
            }
        }

        over.ShouldBeEmpty();
    }

    [Fact]
    public async Task HundredSubscriptions_WithTotals_StayWithin3000()
    {
        await using var copilot = await LumenCopilot.StartAsync(size: "medium");

        var list = await CallAsync(copilot, "list_subscriptions", new JsonObject { ["limit"] = 100 });

        var text = list.ToJsonString(ModelJson.Plain);
        output.WriteLine($"100 subscriptions: {Tokens.CountTokens(text)} tokens of 3000\n{text}");
        list["groups"]!.AsArray().Sum(g => g!["shown"]!.AsArray().Count).ShouldBe(100);
        list["groups"]!.AsArray().Sum(g => (int)g!["count"]!).ShouldBe((int)list["count"]!);
        list["paying_mrr"]!.AsArray().Count.ShouldBeGreaterThan(0);
        ((string?)list["partial"]!["to_see_more"]).ShouldNotBeNull();
        Tokens.CountTokens(text).ShouldBeLessThanOrEqualTo(3000);
    }

    [Fact]
    public async Task ToolSchemas_OfEachSpecialist_StayWithin1500()
    {
        await using var copilot = await LumenCopilot.StartAsync();
        var sources = copilot.Services.GetRequiredService<ToolSources>();
        foreach (var prompt in copilot.Services.GetRequiredService<PromptRegistry>().All)
        {
            var tools = ToolSet.Create(prompt, new ToolScope(copilot.Tenant, prompt.Name, Asker: null), sources, (_, _, _) => throw new InvalidOperationException());
            var counted = tools.Select(t => (t.Name, Count: Tokens.CountTokens(new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = t.Name, ["description"] = t.Description, ["parameters"] = JsonNode.Parse(t.JsonSchema.GetRawText()) } }.ToJsonString(ModelJson.Plain)))).ToList();
            output.WriteLine($"{prompt.Label}: {counted.Sum(c => c.Count)} tokens in all ({string.Join(", ", counted.Select(c => $"{c.Name} {c.Count}"))})");

            // A request carries what its words need, and the names of the rest.
            var sizes = counted.ToDictionary(c => c.Name, c => c.Count);
            var asked = copilot.Services.GetRequiredService<RuleBook>().Find(prompt.Name)!.Intents.SelectMany(i => i.Examples).Concat(prompt.Examples).Append("Something odd is going on with Acorn Labs")
                .Select(text => (Text: text, Sent: copilot.Services.GetRequiredService<ToolOffer>().For(prompt, [new ChatMessage(ChatRole.User, text)])))
                .Select(r => (r.Text, r.Sent, Count: r.Sent.Sum(name => sizes[name]) + MoreToolsItself))
                .OrderByDescending(r => r.Count).ToList();
            output.WriteLine($"{prompt.Label}: {asked.Count} questions, {asked.Average(r => r.Count):F0} tokens of 1500 on average, {asked[0].Count} at most: {asked[0].Text} ({string.Join(", ", asked[0].Sent)})");
            asked[0].Count.ShouldBeLessThanOrEqualTo(1500, asked[0].Text);
        }
    }

    /// <summary>What earlier turns used is left out before what this one needs; what this one called stays.</summary>
    [Fact]
    public async Task ToolSchemas_OfAConversationOfFiveThings_StayWithin1500()
    {
        (string Text, string[] Calls)[] turns =
        [
            ("refund the duplicate charge of Acorn Labs", ["find_customer", "list_charges", "issue_refund"]),
            ("and give them a courtesy credit of $20.00", ["get_customer_overview", "give_courtesy_credit"]),
            ("now downgrade Acorn Labs at the end of the period", ["list_subscriptions", "downgrade_at_period_end"]),
            ("what about the chargeback of Acorn Labs, can we contest it?", ["list_disputes", "get_dispute", "submit_dispute_evidence"]),
            ("write a summary of their last invoice into its memo, the payment is for collections", ["list_invoices", "explain_invoice", "write_invoice_summary", "more_tools", "hand_over"]),
        ];
        var script = new ScriptedModel([.. turns.SelectMany(t => t.Calls
            .Select(c => ScriptedModel.Call(c, c == "more_tools" ? [("name", "hand_over")] : c == "hand_over" ? [("to", "collections"), ("what", "Say why the payment failed.")] : []))
            .Append(ScriptedModel.Say("Fine."))), ScriptedModel.Say("Fine.")]);
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var from = 0;
        foreach (var (text, calls) in turns)
        {
            await copilot.AskAsync($"@support {text}");
            var requests = script.Requests.Skip(from).Take(calls.Length + 1).ToList();
            for (var i = 0; i < requests.Count; i++)
            {
                calls.Take(i).Except(["more_tools"]).ShouldBeSubsetOf(Offered(requests[i]), text);
            }

            output.WriteLine($"{text}: {string.Join(", ", requests.Select(Schemas))} tokens of 1500 ({string.Join(", ", requests[0].Options!.Tools!.Select(t => t.Name))})");
            requests.ShouldAllBe(r => Schemas(r) <= 1500, text);
            from = script.Requests.Count;
        }

        script.Requests.SelectMany(r => r.Options!.Tools!).ShouldContain(t => t.Name == "hand_over");
    }

    [Fact]
    public async Task ToolSchemas_OfEachPlaybook_StayWithin1500()
    {
        foreach (var playbook in TestPlaybooks)
        {
            var script = new ScriptedModel(ScriptedModel.Say("Fine."));
            await using var copilot = await LumenCopilot.StartAsync(script.Model);
            await copilot.PlaybookAsync(playbook, new ObjectRef(ObjectKind.Invoice, copilot.Sandbox.World.Truth["failed_invoices"]![0]!["invoice"]!.ToString()));
            var request = script.Requests.ShouldHaveSingleItem();
            output.WriteLine($"{playbook}: {Schemas(request)} tokens of 1500 ({string.Join(", ", request.Options!.Tools!.Select(t => t.Name))})");
            Schemas(request).ShouldBeLessThanOrEqualTo(1500, playbook);
            request.Options.Tools!.ShouldContain(t => t.Name == "hand_over", playbook);
        }
    }

    [Fact]
    public async Task InvoiceOfThreeLines_InAnotherTimeZone_SaysSoAndStaysWithinItsBudget()
    {
        await using var copilot = await LumenCopilot.StartAsync();
        var berlin = copilot.Tenant with { TimeZone = "Europe/Berlin" };
        var numbers = copilot.Sandbox.World.Account.All("invoice").Where(i => i["number"] is not null && i["lines"]!["data"]!.AsArray().Count == 3).Select(i => (string?)i["number"]).Take(12).ToList();
        var results = new List<string>();
        foreach (var number in numbers)
        {
            var invoice = await CallAsync(copilot, "get_invoice", new JsonObject { ["number"] = number }, berlin);
            ((string?)invoice["time_zone"], (string?)(await CallAsync(copilot, "explain_invoice", new JsonObject { ["number"] = number }, berlin))["time_zone"]).ShouldBe(("Europe/Berlin", "Europe/Berlin"));
            results.Add(invoice.ToJsonString(ModelJson.Plain));
        }

        var most = results.MaxBy(r => Tokens.CountTokens(r))!;
        output.WriteLine($"{numbers.Count} invoices of three lines in Europe/Berlin: {Tokens.CountTokens(most)} of {OfInvoice} at most: {most}");
        output.WriteLine($"{results.Count(r => Tokens.CountTokens(r) > OfInvoice)} of them are over {OfInvoice}");
        Tokens.CountTokens(most).ShouldBeLessThanOrEqualTo(OfInvoice + OfTimeZone);
    }

    private static readonly string[] TestPlaybooks = ["payment_failed", "dispute_created", "subscription_updated", "ticket_triage"];

    private static IEnumerable<string> Offered(ScriptedRequest request) => request.Options!.Tools!.Select(t => t.Name);

    private static int Schemas(ScriptedRequest request) => request.Options!.Tools!.OfType<AIFunction>().Sum(t => Tokens.CountTokens(
        new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = t.Name, ["description"] = t.Description, ["parameters"] = JsonNode.Parse(t.JsonSchema.GetRawText()) } }.ToJsonString(ModelJson.Plain)));

    private static async Task<JsonObject> CallAsync(LumenCopilot copilot, string tool, JsonObject arguments, TenantContext? tenant = null)
    {
        var task = $"task_{TaskNumbers.Next()}";
        var result = await copilot.Services.GetRequiredService<DirectTools>().CallAsync(tenant ?? copilot.Tenant, copilot.Person("sam"), "conv_lean", task, tool, arguments, default);
        result.Failed.ShouldBeFalse(result.Text);
        return JsonNode.Parse(result.Text)!.AsObject();
    }

    private static class TaskNumbers
    {
        private static int _last;

        public static int Next() => Interlocked.Increment(ref _last);
    }
}
