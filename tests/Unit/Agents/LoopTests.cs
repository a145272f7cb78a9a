using System.Globalization;
using BillingCopilot.Agents;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Turns;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>What bounds a turn, and what a long conversation keeps.</summary>
public class LoopTests
{
    [Fact]
    public void Budget_EachLimit_IsNamedWhenReached()
    {
        var time = new FakeTimeProvider();
        var priced = new ModelChoice { Provider = "openai", Name = "m", InputPrice = 10, OutputPrice = 30 };
        var tokens = new TurnBudget(new AgentOptions { Limits = { MaxTokens = 1_000 } }, time);
        var seconds = new TurnBudget(new AgentOptions { Limits = { MaxSeconds = 5 } }, time);
        var cost = new TurnBudget(new AgentOptions { Limits = { MaxCost = 0.01m } }, time);
        new[] { tokens, seconds, cost }.ShouldAllBe(b => b.Exceeded() == null);
        tokens.Add(new UsageDetails { InputTokenCount = 900, OutputTokenCount = 100 }, priced);
        cost.Add(new UsageDetails { InputTokenCount = 700, OutputTokenCount = 100 }, priced);
        time.Advance(TimeSpan.FromSeconds(5));
        tokens.Exceeded()!.ShouldContain("Agents:MaxTokens");
        seconds.Exceeded()!.ShouldContain("Agents:MaxSeconds");
        cost.Exceeded()!.ShouldContain("Agents:MaxCost");
        cost.Spent(2).ShouldBe(new TurnSpent(1, 2, 5, 0.01m, cost.Exceeded()));
    }

    [Fact]
    public async Task Run_ModelThatNeverEnds_StopsAtItsTokensAndSaysSo()
    {
        var script = new ScriptedModel([.. Enumerable.Repeat<Func<ScriptedRequest, ChatResponse>>(
            request =>
            {
                var call = ScriptedModel.Call("search_policies", ("query", "refund"))(request);
                call.Usage = new UsageDetails { InputTokenCount = 6 };
                return call;
            },
            5)]);
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        copilot.Services.GetRequiredService<AgentOptions>().Limits.MaxTokens = 10;
        var answer = await copilot.AskAsync("@support what is our refund policy");
        answer.Text.ShouldContain("Agents:MaxTokens");
        script.Requests.Count.ShouldBeLessThan(5);
        answer.Spent!.Stopped.ShouldNotBeNull();
        answer.Spent.Calls.ShouldBe(answer.Tools.Count);
    }

    [Fact]
    public async Task Run_MoreCallsThanATurnMayMake_AreRefusedAndTheAnswerSaysSo()
    {
        static Func<ScriptedRequest, ChatResponse> Search(string what) => ScriptedModel.Call("search_policies", ("query", what));
        var script = new ScriptedModel(Search("refund"), Search("dunning"), Search("proration"), ScriptedModel.Say("That is what I found."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        copilot.Services.GetRequiredService<AgentOptions>().Limits.MaxCalls = 2;
        var answer = await copilot.AskAsync("@support what is our refund policy");
        answer.Tools.Select(t => t.Failed).ShouldBe([false, false, true]);
        answer.Tools[2].ResultJson.ShouldContain("too_many_calls");
        answer.Spent!.Stopped.ShouldBe("2 tool calls (Agents:MaxCalls)");
        answer.Text.ShouldContain("This turn has used its 2 tool calls (Agents:MaxCalls).");
    }

    [Fact]
    public async Task Run_TwoSpecialists_ShareTheCallsOfTheTurn()
    {
        static ChatResponse Reply(ScriptedRequest request) => request.Messages.Any(m => m.Role == ChatRole.Tool)
            ? ScriptedModel.Say("That is what I found.")(request)
            : ScriptedModel.Call("search_policies", ("query", "refund"))(request);
        var script = new ScriptedModel([.. Enumerable.Repeat<Func<ScriptedRequest, ChatResponse>>(Reply, 4)]);
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        copilot.Services.GetRequiredService<AgentOptions>().Limits.MaxCalls = 1;
        var answer = await copilot.AskAsync("Why did Oldbury Security's last invoice go up, and why did Arbor Studio's payment fail?");
        answer.Agent.ShouldContain("+");
        answer.Tools.Count(t => t.Failed).ShouldBe(1);
        answer.Text.ShouldContain("1 tool calls (Agents:MaxCalls)");
    }

    /// <summary>A server that reports no usage is counted by its characters; what stood in is paid for as itself.</summary>
    [Theory]
    [InlineData("openai:m", 1_010, 0.0103)]
    [InlineData("anthropic:s", 1_010, 0.00102)]
    [InlineData("rules", 0, 0)]
    public async Task Budget_AnswerWithoutUsage_IsEstimatedAtThePriceOfWhoAnswered(string answeredBy, int tokens, double cost)
    {
        var models = new ModelOptions { Provider = "openai", Name = "m", InputPrice = 10, OutputPrice = 30, Fallback = new ModelChoice { Provider = "anthropic", Name = "s", InputPrice = 1, OutputPrice = 2 } };
        var script = new ScriptedModel(_ => new ChatResponse(new ChatMessage(ChatRole.Assistant, new string('b', 30))) { ModelId = answeredBy });
        var budget = new TurnBudget(new AgentOptions { Limits = { MaxTokens = 1_005 } }, new FakeTimeProvider());
        var response = await new BudgetChatClient(script, budget, models, "support").GetResponseAsync([new ChatMessage(ChatRole.User, new string('a', 3_000))]);
        ((response.Usage?.InputTokenCount ?? 0) + (response.Usage?.OutputTokenCount ?? 0)).ShouldBe(tokens);
        budget.Spent(0).Cost.ShouldBe((decimal)cost);
        (budget.Exceeded() is not null).ShouldBe(tokens > 1_005);
    }

    [Fact]
    public async Task Run_TwoSpecialists_ShareTheRoundsOfTheTurn()
    {
        static ChatResponse Reply(ScriptedRequest request) => request.Options?.Tools is { Count: > 0 }
            ? ScriptedModel.Call("search_policies", ("query", "refund"))(request)
            : ScriptedModel.Say("That is what I found.")(request);
        var script = new ScriptedModel([.. Enumerable.Repeat<Func<ScriptedRequest, ChatResponse>>(Reply, 5)]);
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        copilot.Services.GetRequiredService<AgentOptions>().Limits.MaxRounds = 3;
        var answer = await copilot.AskAsync("Why did Oldbury Security's last invoice go up, and why did Arbor Studio's payment fail?");
        answer.Agent.ShouldContain("+");
        (answer.Tools.Count, answer.Spent!.Rounds).ShouldBe((3, 5));
        answer.Text.ShouldContain("3 rounds of tool calls (Agents:MaxRounds)");
    }

    [Fact]
    public async Task Run_Correction_HasWhatTheFirstDraftLeftOfTheRounds()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("search_policies", ("query", "refund")),
            ScriptedModel.Say("It was $987.65."),
            ScriptedModel.Call("search_policies", ("query", "dunning")));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        copilot.Services.GetRequiredService<AgentOptions>().Limits.MaxRounds = 1;
        var answer = await copilot.AskAsync("@support what is our refund policy");
        script.Requests.Select(r => r.Options?.Tools is { Count: > 0 }).ShouldBe([true, false, false]);
        answer.Tools.Count.ShouldBe(1, "a call without tools is not run");
        answer.Spent!.Stopped.ShouldBe("1 rounds of tool calls (Agents:MaxRounds)");
    }

    [Fact]
    public async Task Run_AnswerThatTakesLongerThanTheTurnMay_IsBrokenOffAndSaysSo()
    {
        await using var copilot = await LumenCopilot.StartAsync(new ChatModel(new Silent(), "silent", IsRules: false));
        copilot.Services.GetRequiredService<AgentOptions>().Limits.MaxSeconds = 1;
        var answer = await copilot.AskAsync("@support what is our refund policy").WaitAsync(TimeSpan.FromSeconds(60));
        answer.Text.ShouldBe("I stopped here. What I proposed before stands and waits for a decision.\n(This turn has used its 1 seconds (Agents:MaxSeconds). Ask for what is missing in the next message.)");
        answer.Unverified.ShouldBeEmpty();
    }

    private sealed class Silent : IChatClient
    {
        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new ChatResponse();
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    [Fact]
    public async Task Run_LongConversation_KeepsHandlesAndOpenProposals()
    {
        var script = new ScriptedModel(
        [
            ScriptedModel.Call("get_invoice", ("number", "IWLJOGXF-0013")),
            ScriptedModel.Call("issue_credit_note", ("invoice", "inv1"), ("amount", "5.00 USD"), ("disposition", "customer_balance"), ("why", "A gesture.")),
            ScriptedModel.Say("I propose it."),
            .. Enumerable.Repeat(ScriptedModel.Say("Fine."), 8),
        ]);
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        await copilot.AskAsync("@support credit $5.00 on invoice IWLJOGXF-0013");
        for (var i = 0; i < 8; i++)
        {
            await copilot.AskAsync($"@support is that paid, try {i}");
        }

        var system = script.Requests[^1].Messages[0].Text;
        system.ShouldContain("inv1 «IWLJOGXF-0013»");
        system.ShouldContain("cus1 «Eastgate Textiles»");
        system.ShouldContain("issue_credit_note of 5.00 USD on inv1 for «Eastgate Textiles»: waits for approval");
        script.Requests[3].Messages[0].Text.ShouldNotContain("no longer shown");
        system.ShouldNotContain("don't see it any more");
    }

    [Fact]
    public async Task Run_ConversationLongerThanWhatIsSent_SaysThatTheBeginningIsGone()
    {
        var script = new ScriptedModel([.. Enumerable.Repeat(ScriptedModel.Say("Fine."), 4)]);
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var limits = copilot.Services.GetRequiredService<AgentOptions>().Limits;
        (limits.HistoryTurns, limits.HistoryTurnsWithTools) = (2, 1);
        for (var i = 0; i < 4; i++)
        {
            await copilot.AskAsync($"@support is that paid, try {i}");
        }

        script.Requests[2].Messages[0].Text.ShouldNotContain("don't see it any more");
        script.Requests[3].Messages[0].Text.ShouldContain("Of this conversation you see the last 2 turns.");
    }

    [Fact]
    public async Task Run_QuestionForTwo_IsAnsweredByBothWithTheReceiptsOfBoth()
    {
        await using var copilot = await LumenCopilot.StartAsync();
        var failed = copilot.Sandbox.World.Truth["failed_invoices"]![0]!;
        var events = new List<TurnEvent>();
        var answer = await copilot.RunAsync(copilot.Request($"Why did {failed["customer_name"]}'s last invoice go up, and why did the payment of {failed["customer_name"]} fail?"), e =>
        {
            events.Add(e);
            return ValueTask.CompletedTask;
        });
        answer.Agent.Split('+').Order().ShouldBe(["collections", "support"]);
        answer.Receipts.Select(r => r.Tool).ShouldContain("explain_invoice_change");
        answer.Receipts.Select(r => r.Tool).ShouldContain("get_payment_history");
        answer.Unverified.ShouldBeEmpty();
        events.OfType<TurnEvent.ToolStarted>().Count().ShouldBe(events.OfType<TurnEvent.ToolFinished>().Count());
    }

    [Fact]
    public async Task Run_TheOneBeforeThat_GoesBackInvoiceByInvoice()
    {
        await using var copilot = await LumenCopilot.StartAsync();
        var rise = copilot.Sandbox.World.Truth["invoice_increases"]![0]!;
        await copilot.AskAsync($"Show me invoice {rise["invoice_number"]}");
        var before = await copilot.AskAsync("And the one before that?");
        before.Text.ShouldContain(PreviousOf(rise["invoice_number"]!.ToString(), 1));
        var earlier = await copilot.AskAsync("and the one before that");
        earlier.Text.ShouldContain(PreviousOf(rise["invoice_number"]!.ToString(), 2));
        var their = await copilot.AskAsync("What is their plan?");
        their.Text.ShouldContain(rise["customer_name"]!.ToString());
    }

    private static string PreviousOf(string number, int back)
    {
        var dash = number.LastIndexOf('-');
        return $"{number[..dash]}-{int.Parse(number[(dash + 1)..], CultureInfo.InvariantCulture) - back:0000}";
    }
}
