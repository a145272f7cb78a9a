using BillingCopilot.Agents.Coordination;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

public class RoutingTests
{
    private static readonly Coordinator Coordinator = new(TestPrompts.Agents);

    [Theory]
    [InlineData("Why did Northwind's bill jump this month?", "support")]
    [InlineData("Harbor Analytics is asking why they were billed more than usual", "support")]
    [InlineData("Can you break down the September invoice for Cobalt?", "support")]
    [InlineData("what are these two proration lines on LUM-0042", "support")]
    [InlineData("We seem to have taken the same payment two times from Eastgate", "support")]
    [InlineData("Double billed! please check Heron Biotech", "support")]
    [InlineData("give Cairn Energy $20 back for the incident", "support")]
    [InlineData("please reimburse the second charge", "support")]
    [InlineData("I'd like to credit 15 EUR on GOLD1234-0007", "support")]
    [InlineData("make a credit note over the difference", "support")]
    [InlineData("pull up invoice QLKA4KEX-0012", "support")]
    [InlineData("IWLJOGXF-0013", "support")]
    [InlineData("show me everything we billed Pebble Media", "support")]
    [InlineData("what subscription is Wildrye Finance on?", "support")]
    [InlineData("Is a yearly plan refundable?", "support")]
    [InlineData("how large a goodwill credit can support hand out", "support")]
    [InlineData("the client disputes the amount of invoice ABCD1234-0002", "support")]
    [InlineData("what was the discount on their last invoice", "support")]
    [InlineData("they want a refund of last month's charge", "support")]
    [InlineData("explain what changed on Acorn Energy's bill", "support")]
    [InlineData("Why is the invoice so much higher now?", "support")]
    [InlineData("compare the last two bills", "support")]
    [InlineData("Why was Driftwood Finance's card declined?", "collections")]
    [InlineData("renewal payment bounced for Cinder Robotics", "collections")]
    [InlineData("the payment of invoice MPCSC6G2-0008 failed, what now", "collections")]
    [InlineData("How much does Snowdrop Materials still owe?", "collections")]
    [InlineData("which invoices are overdue at Lodestar", "collections")]
    [InlineData("nudge them about the unpaid bill", "collections")]
    [InlineData("send Waxwing Systems a payment reminder", "collections")]
    [InlineData("when will the card be retried?", "collections")]
    [InlineData("is do_not_honor a hard decline?", "collections")]
    [InlineData("chase Teasel Labs for the outstanding amount", "collections")]
    [InlineData("their card expired and the charge didn't go through", "collections")]
    [InlineData("how many times did we try to collect the failed payment", "collections")]
    [InlineData("can the customer pay the overdue amount in instalments", "collections")]
    [InlineData("what's our dunning schedule", "collections")]
    [InlineData("list past due invoices", "collections")]
    [InlineData("insufficient funds again, when is the next attempt?", "collections")]
    [InlineData("ask Cobalt Software to update the card", "collections")]
    [InlineData("after how long does an unpaid workspace become read-only", "collections")]
    public void Decide_QuestionNotAmongTheExamples_GoesToTheSpecialist(string text, string agent)
    {
        TestPrompts.Agents.Values.SelectMany(a => a.Examples).ShouldNotContain(text);
        First(Coordinator.Decide(text, null)).ShouldBe(agent);
    }

    [Theory]
    [InlineData("hi")]
    [InlineData("Hello there!")]
    [InlineData("thanks a lot")]
    [InlineData("what can you do?")]
    [InlineData("who are you")]
    [InlineData("what's the weather in Paris?")]
    [InlineData("write me a poem about the sea")]
    [InlineData("tell me a joke")]
    [InlineData("translate this into French")]
    public void Decide_NotBilling_IsAnsweredInALine(string text)
    {
        var none = Coordinator.Decide(text, null).ShouldBeOfType<Route.None>();
        none.Answer.ShouldContain("billing");
    }

    [Theory]
    [InlineData("Why did Acorn's last invoice go up, and why was the card declined for the renewal?")]
    [InlineData("Which invoices are past due? And refund the duplicate charge.")]
    public void Decide_QuestionSpansTwo_GoesToBoth(string text) =>
        Coordinator.Decide(text, null).ShouldBeOfType<Route.To>().Agents.ShouldBe(["support", "collections"], ignoreOrder: true);

    [Theory]
    [InlineData("yes please", "collections")]
    [InlineData("the second one", "support")]
    [InlineData("Acorn Labs Ltd", "collections")]
    public void Decide_ShortReply_StaysWithTheLastSpecialist(string text, string last) =>
        First(Coordinator.Decide(text, last)).ShouldBe(last);

    [Fact]
    public void Decide_SpecialistNamed_TakesItWhateverTheWords() =>
        First(Coordinator.Decide("@collections why did the invoice go up", "support")).ShouldBe("collections");

    [Fact]
    public void Decide_AnyText_CertaintiesSumToAtMostOne() =>
        Coordinator.Decide("refund the last charge", null).Ranked.Sum(r => r.Certainty).ShouldBeLessThanOrEqualTo(1.001);

    private static string First(Route route) => route switch
    {
        Route.To to => to.Agents.ShouldHaveSingleItem(),
        Route.Unclear unclear => unclear.Candidates[0],
        _ => "coordinator",
    };
}
