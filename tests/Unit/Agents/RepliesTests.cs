using BillingCopilot.Agents.Models.Rules;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

public class RepliesTests
{
    [Theory]
    [InlineData("Yes, send the reminder", "send the reminder")]
    [InlineData("yes please", "")]
    [InlineData("go ahead", "")]
    [InlineData("do it", "")]
    [InlineData("ok send it", "")]
    [InlineData("Sure, go ahead!", "")]
    [InlineData("OK, credit the $7.77 difference then.", "credit the $7.77 difference then.")]
    [InlineData("yes please, thanks", "")]
    [InlineData("Thanks, please do", "")]
    [InlineData("thank you, go ahead.", "")]
    [InlineData("great", "")]
    public void AfterYes_Yes_LeavesWhatFollows(string text, string rest) => Replies.AfterYes(text).ShouldBe(rest);

    [Theory]
    [InlineData("why did it fail")]
    [InlineData("no thanks")]
    [InlineData("thanks")]
    [InlineData("Thank you very much!")]
    [InlineData("great, thanks")]
    [InlineData("ok thanks, that's all")]
    [InlineData("Danke")]
    [InlineData("Okayama Foods owes what?")]
    [InlineData("Surefoot Labs")]
    public void AfterYes_NoYes_IsNull(string text) => Replies.AfterYes(text).ShouldBeNull();

    [Theory]
    [InlineData("no thanks")]
    [InlineData("No, don't send it.")]
    [InlineData("not now")]
    [InlineData("never mind")]
    public void IsNo_No_IsOne(string text) => Replies.IsNo(text, _ => true).ShouldBeTrue();

    [Theory]
    [InlineData("No, credit $10 instead")]
    [InlineData("Nolan Media owes what?")]
    [InlineData("yes")]
    public void IsNo_AsksForSomething_IsNone(string text) => Replies.IsNo(text, _ => true).ShouldBeFalse();

    [Theory]
    [InlineData("Which policy applies when a customer was charged twice?")]
    [InlineData("What is our policy on duplicate charges?")]
    [InlineData("what are the guidelines about cancelling mid-period")]
    [InlineData("Which rule covers a refund?")]
    public void NamesPolicy_SaysSo_IsTrue(string text) => GeneralQuestion.NamesPolicy(text).ShouldBeTrue();

    [Theory]
    [InlineData("May we refund a yearly plan?")]
    [InlineData("What happens when a card is declined?")]
    [InlineData("Who approves refunds above $500?")]
    [InlineData("What do we do if a customer disputes a charge?")]
    [InlineData("How long after a payment can we refund it?")]
    [InlineData("When may support give courtesy credit?")]
    [InlineData("Do we charge tax in the United States?")]
    public void Is_OfNobody_IsTrue(string text) => GeneralQuestion.Is(text).ShouldBeTrue();

    [Theory]
    [InlineData("Why did their payment fail?")]
    [InlineData("Can you refund a charge?")]
    [InlineData("Refund a charge of theirs")]
    [InlineData("Which invoices does the customer have?")]
    [InlineData("Was the last payment refunded?")]
    [InlineData("can we refund this charge")]
    public void Is_OfSomebody_IsFalse(string text) => GeneralQuestion.Is(text).ShouldBeFalse();
}
