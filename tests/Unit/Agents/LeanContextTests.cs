using System.Text.Json.Nodes;
using BillingCopilot.Agents.Models.Rules;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Plugins.Tools;
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
            var tools = ToolSet.Create(prompt, new ToolScope(copilot.Tenant, prompt.Name), sources, (_, _, _) => throw new InvalidOperationException());
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

    private static async Task<JsonObject> CallAsync(LumenCopilot copilot, string tool, JsonObject arguments)
    {
        var task = $"task_{TaskNumbers.Next()}";
        var result = await copilot.Services.GetRequiredService<DirectTools>().CallAsync(copilot.Tenant, copilot.Person("sam"), "conv_lean", task, tool, arguments, default);
        result.Failed.ShouldBeFalse(result.Text);
        return JsonNode.Parse(result.Text)!.AsObject();
    }

    private static class TaskNumbers
    {
        private static int _last;

        public static int Next() => Interlocked.Increment(ref _last);
    }
}
