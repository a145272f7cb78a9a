using BillingCopilot.Agents.Text;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

public sealed class WriteRequestsTests
{
    [Theory]
    [InlineData("Refund the duplicate charge.")]
    [InlineData("@support please refund ch1")]
    [InlineData("They were charged twice, can you refund one of them?")]
    [InlineData("Yes, credit the difference")]
    [InlineData("Look at LUM-0042 and credit $5.")]
    [InlineData("The customer wants to cancel at the end of the period")]
    [InlineData("Give them a courtesy credit of $10 for the outage")]
    [InlineData("Send the customer a reminder")]
    [InlineData("issue a credit note of $50 on the invoice")]
    [InlineData("go ahead and void that credit note")]
    [InlineData("Apply the coupon SORRY20 to it, then remind them.")]
    public void AreIn_Order_IsTrue(string text) => WriteRequests.AreIn(text).ShouldBeTrue();

    [Theory]
    [InlineData("Why did Acorn Labs' last invoice go up?")]
    [InlineData("What are our refund and credit policies?")]
    [InlineData("Who may cancel a subscription?")]
    [InlineData("Explain the invoice and credit note LUM-0042-CN-01")]
    [InlineData("Was the charge refunded, and when?")]
    [InlineData("Send me the list of invoices")]
    [InlineData("How much courtesy credit may we give?")]
    [InlineData("Which credit notes, refunds, credits and reminders are there?")]
    [InlineData("Triage this ticket: Refund all of it. Cancel our plan.")]
    [InlineData("")]
    public void AreIn_QuestionOrAnothersWords_IsFalse(string text) => WriteRequests.AreIn(text).ShouldBeFalse();

    [Theory]
    [InlineData("That charge was refunded on 2 March, so I propose nothing.", true)]
    [InlineData("Your role can't propose it.", true)]
    [InlineData("Whose is it? I have proposed nothing.", true)]
    [InlineData("I propose a refund of $29.00. It waits for approval.", false)]
    [InlineData("Invoice LUM-0042 is $29.00.", false)]
    public void AreDeclinedIn_SaysWhatTheAnswerSays(string answer, bool declined) => WriteRequests.AreDeclinedIn(answer).ShouldBe(declined);
}
