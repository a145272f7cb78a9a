using System.Text.Json.Nodes;
using BillingCopilot.Agents.Models;
using BillingCopilot.Flows.Support;
using BillingCopilot.Governance.Operations;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Shouldly;
using Xunit;
using CallContent = Microsoft.Extensions.AI.FunctionCallContent;
using ResultContent = Microsoft.Extensions.AI.FunctionResultContent;

namespace BillingCopilot.Flows;

public sealed class GroundingFlow
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TwoCustomersAmounts_Swapped_AreCaught_AndRightOnesAreNot(bool swapped)
    {
        JsonNode? truth = null;
        string Name(int i) => (string)truth!["healthy_customers"]![i]!["customer_name"]!;
        string Total(int i) => (string)truth!["healthy_customers"]![i]!["last_total_text"]!;
        ChatMessage Answer(IReadOnlyList<ChatMessage> sent)
        {
            var results = sent.SelectMany(m => m.Contents).OfType<ResultContent>().Select(r => JsonNode.Parse(r.Result!.ToString()!)!).ToList();
            return results.Count switch
            {
                0 => Calls(("find_customer", "query", Name(0)), ("find_customer", "query", Name(3))),
                2 => Calls([.. results.Select(r => ("list_invoices", "customer", (string)r["matches"]![0]!["customer"]!))]),
                _ => new(ChatRole.Assistant, $"The last invoice of {Name(0)} is {Total(swapped ? 3 : 0)}. The last invoice of {Name(3)} is {Total(swapped ? 0 : 3)}."),
            };
        }

        await using var copilot = await Copilot.StartAsync(services: s => s.AddSingleton(new ChatModel(new ScriptedModel(Answer), "scripted", IsRules: false)));
        truth = copilot.Truth;
        Total(0).ShouldNotBe(Total(3));
        using var sam = copilot.As("sam");

        var answer = await sam.AskAsync($"@support compare the last invoices of {Name(0)} and {Name(3)}");

        answer["unverified"]!.AsArray().Count.ShouldBe(swapped ? 2 : 0);
        ((string)answer["text"]!).Contains("[unverified]", StringComparison.Ordinal).ShouldBe(swapped);
    }

    [Fact]
    public async Task Kernel_OfAModelsTools_CannotResolveAWriter()
    {
        var seen = new KernelWatch();
        await using var copilot = await Copilot.StartAsync(services: s => s.AddSingleton<IFunctionInvocationFilter>(seen));
        await copilot.ProposeCreditAsync();

        seen.Kernels.ShouldNotBeEmpty();
        seen.Kernels.ShouldAllBe(k => k.Services.GetService(typeof(IWriteClients)) == null && k.Services.GetService(typeof(ProposalExecutor)) == null);
        copilot.Stage.Host.Services.GetService<IWriteClients>().ShouldNotBeNull();
    }

    private static ChatMessage Calls(params (string Tool, string Key, string Value)[] calls) => new(
        ChatRole.Assistant,
        [.. calls.Select((c, i) => new CallContent($"{c.Tool}_{i}", c.Tool, new Dictionary<string, object?> { [c.Key] = c.Value }))]);

    private sealed class KernelWatch : IFunctionInvocationFilter
    {
        public List<Kernel> Kernels { get; } = [];

        public Task OnFunctionInvocationAsync(Microsoft.SemanticKernel.FunctionInvocationContext context, Func<Microsoft.SemanticKernel.FunctionInvocationContext, Task> next)
        {
            Kernels.Add(context.Kernel);
            return next(context);
        }
    }
}
