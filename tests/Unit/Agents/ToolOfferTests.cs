using BillingCopilot.Agents.Models.Rules;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Governance.People;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>Which tools a request carries.</summary>
public sealed class ToolOfferTests : IAsyncLifetime
{
    private LumenCopilot _copilot = null!;

    private ToolOffer Offer => _copilot.Services.GetRequiredService<ToolOffer>();

    public async Task InitializeAsync() => _copilot = await LumenCopilot.StartAsync();

    public async Task DisposeAsync() => await _copilot.DisposeAsync();

    [Fact]
    public void For_EveryExampleOfARule_CarriesTheToolsOfItsIntent()
    {
        var missing = _copilot.Services.GetRequiredService<RuleBook>().All.SelectMany(rules => rules.Intents.SelectMany(intent => intent.Examples
            .SelectMany(e => rules.ToolsOf(intent.Name, ToolOffer.NamesInvoice(e)).Except(For(rules.Specialist, e)).Select(t => $"{e}: {t}")))).ToArray();
        missing.Where(m => !m.Contains("event arrived", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void For_OneInvoice_LeavesTheProposalsToBeAskedFor()
    {
        var tools = For("support", "What is on invoice LUM-0042?");
        tools.ShouldContain("get_invoice");
        tools.ShouldNotContain("issue_refund");
        tools.ShouldNotContain("list_subscriptions");
        tools.ShouldNotContain("find_customer");
        tools.ShouldNotContain("search_policies");
    }

    [Fact]
    public void MoreTools_NamesOnlyWhatTheInstructionsDoNot()
    {
        MoreTools.Create(["get_invoice", "list_charges"], "get_invoice for one invoice; list_charges for charges.").Description.ShouldBe("Gives you another tool that your instructions name.");
        MoreTools.Create(["get_invoice", "list_charges"], "get_invoice for one invoice.").Description.ShouldEndWith("or one of: list_charges.");
        foreach (var prompt in _copilot.Services.GetRequiredService<PromptRegistry>().All)
        {
            prompt.Tools.Where(t => !prompt.Body.Contains(t, StringComparison.Ordinal)).ShouldBeEmpty(prompt.Label);
        }
    }

    [Theory]
    [InlineData("Something odd is going on with Acorn Labs", "list_charges")]
    [InlineData("could you void credit note LUM-0042-CN-1", "void_credit_note")]
    [InlineData("Acorn wants out, cancel at the end of the term", "cancel_subscription_at_period_end")]
    public void For_OtherWords_StillCarriesWhatIsNeeded(string text, string tool) => For("support", text).ShouldContain(tool);

    [Fact]
    public void For_ToolAskedFor_CarriesItFromThenOn()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, "What is on invoice LUM-0042?"),
            new(ChatRole.Assistant, [new FunctionCallContent("call_1", "more_tools", new Dictionary<string, object?> { ["name"] = "issue_refund" })]),
            new(ChatRole.Tool, [new FunctionResultContent("call_1", "{}")]),
        ];
        Offer.For(Prompt("support"), messages).ShouldContain("issue_refund");
    }

    [Fact]
    public async Task Run_ModelThatAsksForMore_GetsTheToolAndCanCallIt()
    {
        var script = new ScriptedModel(
            ScriptedModel.Call("more_tools", ("name", "list_subscriptions")),
            ScriptedModel.Call("list_subscriptions", ("limit", "0")),
            ScriptedModel.Say("Done."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var answer = await copilot.AskAsync("@support What is on invoice LUM-0042?");
        Names(script.Requests[0]).ShouldNotContain("list_subscriptions");
        Names(script.Requests[1]).ShouldContain("list_subscriptions");
        answer.Tools.Select(t => t.Failed).ShouldBe([false, false]);
    }

    [Fact]
    public async Task Run_AskerWhoMayNotPropose_IsOfferedReadsOnly()
    {
        var script = new ScriptedModel(ScriptedModel.Say("I can't propose that for you."), ScriptedModel.Say("I propose it."));
        await using var copilot = await LumenCopilot.StartAsync(script.Model);
        var reads = copilot.Services.GetRequiredService<ToolSources>().ReadNames;
        await copilot.AskAsync("@support refund the duplicate charge of Acorn Labs", "conv_1", "vera");
        await copilot.AskAsync("@support refund the duplicate charge of Acorn Labs", "conv_2", "sam");
        Names(script.Requests[0]).Except(["more_tools"]).ShouldBeSubsetOf(reads);
        Names(script.Requests[1]).ShouldContain("issue_refund");
    }

    [Fact]
    public void For_Playbook_CarriesOfProposalsOnlyThoseItNames()
    {
        var reads = _copilot.Services.GetRequiredService<ToolSources>().ReadNames;
        var sources = _copilot.Services.GetRequiredService<ToolSources>();
        foreach (var playbook in _copilot.Services.GetRequiredService<PlaybookRegistry>().All)
        {
            var offered = For(playbook.Agent, $"Playbook {playbook.Name}.\n{playbook.Instructions}").Where(t => sources.MayUse(Person.Automation, playbook.Name, t));
            offered.Except(reads).ShouldAllBe(t => playbook.Instructions.Contains(t, StringComparison.Ordinal), playbook.Name);
        }
    }

    private static IEnumerable<string> Names(ScriptedRequest request) => request.Options!.Tools!.Select(t => t.Name);

    private IReadOnlyList<string> For(string agent, string text) => Offer.For(Prompt(agent), [new ChatMessage(ChatRole.User, text)]);

    private AgentPrompt Prompt(string agent) => _copilot.Services.GetRequiredService<PromptRegistry>().ActiveFor(_copilot.Tenant)[agent];
}
