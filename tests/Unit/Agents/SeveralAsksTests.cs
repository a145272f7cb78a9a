using BillingCopilot.Agents.Models.Rules;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>A message that asks for several things is taken apart where that is sure, and nowhere else.</summary>
public sealed class SeveralAsksTests
{
    private static readonly Dictionary<string, IntentMatcher> Matchers = RuleBook.Load(TestPrompts.Shipped, [.. TestPrompts.Agents.Keys], TestPrompts.Tools).All
        .ToDictionary(r => r.Specialist, r => new IntentMatcher(r), StringComparer.Ordinal);

    private static Readers Of(string me, bool beside = false) => new(me, Matchers[me], [.. Matchers.Where(m => m.Key != me).Select(m => (m.Key, m.Value, beside))]);

    [Theory]
    [InlineData("Why was Acorn Labs charged twice, when does her trial end, and can you resend the last invoice?", "charged_twice subscription_state resend_invoice")]
    [InlineData("Is anything wrong with the bills of Acorn Labs, and what will the next invoice be?", "find_mistakes upcoming_invoice")]
    [InlineData("Why did the last invoice of Acorn Labs go up? And credit the difference.", "explain_change credit_difference")]
    [InlineData("THIRD TIME I ask!! Why was Acorn Labs charged twice in March and when does their plan renew??", "charged_twice show_subscription")]
    [InlineData("Screenshot reads: INVOICE LUM-0042 TOTAL $240.00 PAID\nWhat do the lines mean, and when does the subscription renew?", "explain_lines show_subscription")]
    [InlineData("What plan is Acorn Labs on, and could you sing me a lovely song about bicycles?", "show_subscription -")]
    [InlineData("Why did Acorn's bill go up, and why did Birch's bill go up?", "explain_change explain_change")]
    public void In_MessageWithSeveral_HasEachInOrder(string text, string intents) =>
        string.Join(' ', SeveralAsks.In(text, Of("support")).Select(a => a.Intent?.Name ?? "-")).ShouldBe(intents);

    [Theory]
    [InlineData("Why did the last invoice of Acorn Labs go up, and what changed on it?")]
    [InlineData("This is a joke!! Acorn Labs was charged twice in March and they are fuming. Fix it.")]
    [InlineData("Acorn Labs did not get LUM-0042, please send the invoice again.")]
    [InlineData("Was Acorn Labs charged twice? Then refund it.")]
    [InlineData("Was Acorn Labs charged twice in March, and if so refund the last payment.")]
    [InlineData("What plan are they on and refund it or credit the difference.")]
    [InlineData("Acorn Labs, which is furious, asks why the bill went up when they canceled already.")]
    [InlineData("The customer writes: \"Why was I charged twice? Cancel my subscription!\" What plan is Acorn Labs on?")]
    [InlineData("How many subscriptions are past due and what are they worth in total?")]
    [InlineData("Is there a proration on the last bill of Acorn Labs, and why?")]
    [InlineData("What is there to answer the dispute of Acorn Labs with, and until when?")]
    [InlineData("What plan is Acorn Labs on and when does it end?")]
    [InlineData("Triage this ticket: why was I charged twice, and when does my trial end?")]
    public void In_MessageWithOneOrNotSurelySeveral_IsLeftWhole(string text) => SeveralAsks.In(text, Of("support")).ShouldBeEmpty();

    [Fact]
    public async Task Respond_AskedBackAboutOnePart_TheReplyAnswersThatPart()
    {
        using var rules = new RulesChatClient(RuleBook.Load(TestPrompts.Shipped, [.. TestPrompts.Agents.Keys], TestPrompts.Tools));
        var options = new ChatOptions { Tools = [.. TestPrompts.Tools.Select(t => AIFunctionFactory.Create(() => "", t))] };
        List<ChatMessage> talk =
        [
            new(ChatRole.System, "Specialist: support\nToday: 2026-11-02 (UTC)."),
            new(ChatRole.User, "How many days back do we refund a duplicate, and can you resend the last invoice?"),
        ];
        var first = await rules.GetResponseAsync(talk, options);
        var call = first.Messages[0].Contents.OfType<FunctionCallContent>().ShouldHaveSingleItem();
        call.Name.ShouldBe("search_policies");
        talk.AddRange([.. first.Messages, new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, """{"policies":[{"title":"«Refunds»","quote":"«We refund a duplicate for 120 days.»"}]}""")])]);

        var answer = await rules.GetResponseAsync(talk, options);
        answer.Text.ShouldContain("120 days");
        answer.Text.ShouldContain("About “can you resend the last invoice”: Which invoice do you mean?");

        talk.AddRange([.. answer.Messages, new ChatMessage(ChatRole.User, "LUM-0042")]);
        var next = (await rules.GetResponseAsync(talk, options)).Messages[0].Contents.OfType<FunctionCallContent>().ShouldHaveSingleItem();
        (next.Name, next.Arguments!["number"]).ShouldBe(("get_invoice", (object)"LUM-0042"));
    }

    [Fact]
    public async Task Respond_TwoCustomersNamed_AProposalThatNamesNoneAsksWhose()
    {
        using var rules = new RulesChatClient(RuleBook.Load(TestPrompts.Shipped, [.. TestPrompts.Agents.Keys], TestPrompts.Tools));
        var options = new ChatOptions { Tools = [.. TestPrompts.Tools.Select(t => AIFunctionFactory.Create(() => "{}", t))] };
        List<ChatMessage> talk =
        [
            new(ChatRole.System, "Specialist: support\nToday: 2026-11-02 (UTC)."),
            new(ChatRole.User, "What plan is Acorn Labs on, what is the next invoice of Birch Media, and please cancel the subscription at the end of the period."),
        ];
        var response = await rules.GetResponseAsync(talk, options);
        response.Messages[0].Contents.OfType<FunctionCallContent>().Select(c => (string)c.Arguments!["query"]!).ShouldBe(["Acorn Labs", "Birch Media"]);
        talk.AddRange([.. response.Messages, .. response.Messages[0].Contents.OfType<FunctionCallContent>().Select(c => new ChatMessage(ChatRole.Tool, [new FunctionResultContent(c.CallId, """{"count":0,"matches":[]}""")]))]);
        (await rules.GetResponseAsync(talk, options)).Text.ShouldContain("About “please cancel the subscription at the end of the period”: Which customer do you mean?");
    }
}
