using BillingCopilot.Agents.Turns;
using BillingCopilot.Bot.WebConsole.Chat;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.ConsoleTests;

public sealed class ChatTurnTests
{
    private readonly ChatTurn _turn = new("Why?");

    [Fact]
    public void Apply_EventsOfATurn_TellWhatIsGoingOn()
    {
        _turn.Progress.ShouldBe("choosing a specialist…");
        _turn.Apply(new TurnEvent.Routed("support", 0.9));
        _turn.Apply(new TurnEvent.ToolStarted("list_invoices", "looking up invoices"));
        _turn.Progress.ShouldBe("support · looking up invoices…");
        _turn.Apply(new TurnEvent.ToolFinished("list_invoices", Failed: false));
        _turn.Progress.ShouldBe("support · thinking…");
        _turn.Apply(new TurnEvent.Sentence("One."));
        _turn.Apply(new TurnEvent.Sentence("Two.\n"));
        _turn.Apply(new TurnEvent.Sentence("Three."));
        _turn.Text.ShouldBe("One. Two.\nThree.");
        _turn.Running.ShouldBeTrue();
    }

    [Fact]
    public void Break_AfterTheAnswer_IsNoFault()
    {
        _turn.Apply(new TurnEvent.Finished(new TurnAnswer("c", "t", "support", "Done.", [], [], [], [], [], "rules", 0, 0)));
        _turn.Break("ended early");
        (_turn.Fault, _turn.Running, _turn.Text).ShouldBe((null, false, "Done."));
    }

    [Fact]
    public void BillingForms_OfAnAnswer_AreThoseThatItsToolOpened()
    {
        ToolCallView Call(string id, string name, string result, bool failed = false) => new(id, name, "{}", result, failed);
        _turn.Apply(new TurnEvent.Finished(new TurnAnswer(
            "c", "t", "support", "Fill it in.",
            [
                Call("1", "find_customer", """{"customer":"cus_other"}"""), Call("2", "open_billing_form", """{"customer":"cus_1","customer_name":"«Acme»"}"""),
                Call("3", "open_billing_form", """{"error":{"code":"not_found"}}""", failed: true), Call("4", "open_billing_form", """{"customer":"cus_1"}"""),
            ],
            [], [], [], [], "rules", 0, 0)));
        _turn.BillingForms.ShouldBe(["cus_1"]);
    }

    [Fact]
    public void Break_BeforeTheAnswer_EndsTheTurnAndKeepsTheText()
    {
        _turn.Apply(new TurnEvent.Sentence("One."));
        _turn.Break("ended early");
        (_turn.Fault, _turn.Running, _turn.Text).ShouldBe(("ended early", false, "One."));
    }
}
