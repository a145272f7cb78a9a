using BillingCopilot.Billing.Dunning;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class DeclineClassifierTests
{
    private static readonly DateTimeOffset Later = new(2026, 10, 3, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("insufficient_funds", null, null, DeclineClass.Soft, CustomerStep.AddFunds)]
    [InlineData("do_not_honor", null, null, DeclineClass.Soft, CustomerStep.ContactBank)]
    [InlineData("generic_decline", "do_not_try_again", null, DeclineClass.Hard, CustomerStep.UpdatePaymentMethod)]
    [InlineData("generic_decline", null, "21", DeclineClass.Hard, CustomerStep.UpdatePaymentMethod)]
    [InlineData("generic_decline", "confirm_card_data", null, DeclineClass.CardData, CustomerStep.UpdatePaymentMethod)]
    [InlineData("processing_error", "try_again_later", null, DeclineClass.Soft, CustomerStep.Wait)]
    [InlineData("incorrect_number", null, null, DeclineClass.Hard, CustomerStep.UpdatePaymentMethod)]
    [InlineData("incorrect_cvc", null, null, DeclineClass.CardData, CustomerStep.UpdatePaymentMethod)]
    [InlineData("expired_card", "do_not_try_again", null, DeclineClass.Hard, CustomerStep.UpdatePaymentMethod)]
    [InlineData("expired_card", null, null, DeclineClass.CardData, CustomerStep.UpdatePaymentMethod)]
    [InlineData("stolen_card", null, null, DeclineClass.Hard, CustomerStep.UpdatePaymentMethod)]
    [InlineData("authentication_required", null, null, DeclineClass.CustomerAction, CustomerStep.Authenticate)]
    [InlineData("authentication_required", "do_not_try_again", null, DeclineClass.Hard, CustomerStep.UpdatePaymentMethod)]
    [InlineData("transaction_not_allowed", null, null, DeclineClass.Hard, CustomerStep.UpdatePaymentMethod)]
    [InlineData(null, null, null, DeclineClass.Soft, CustomerStep.ContactBank)]
    [InlineData("something_new", null, null, DeclineClass.Soft, CustomerStep.ContactBank)]
    public void Classify_CodeAndAdvice_GivesClassAndStep(string? code, string? advice, string? network, DeclineClass expected, CustomerStep step)
    {
        var decline = DeclineClassifier.Classify(code, advice, network);
        decline.Class.ShouldBe(expected);
        decline.Step.ShouldBe(step);
    }

    [Theory]
    [InlineData("lost_card")]
    [InlineData("stolen_card")]
    [InlineData("fraudulent")]
    [InlineData("highest_risk_level")]
    public void Classify_LostStolenOrRisky_TellsTheCustomerNothingOfIt(string code) =>
        DeclineClassifier.Classify(code).CustomerWords.ShouldBe("your bank declined it");

    [Theory]
    [InlineData("insufficient_funds", 1, true, DunningTemplate.RetryScheduled, DunningTone.Friendly)]
    [InlineData("insufficient_funds", 3, true, DunningTemplate.RetryScheduled, DunningTone.Firm)]
    [InlineData("insufficient_funds", 4, false, DunningTemplate.LastNotice, DunningTone.Final)]
    [InlineData("expired_card", 1, true, DunningTemplate.UpdatePaymentMethod, DunningTone.Friendly)]
    [InlineData("expired_card", 4, false, DunningTemplate.UpdatePaymentMethod, DunningTone.Final)]
    [InlineData("authentication_required", 1, true, DunningTemplate.ConfirmPayment, DunningTone.Friendly)]
    [InlineData("do_not_honor", 2, true, DunningTemplate.ContactBank, DunningTone.Friendly)]
    public void Mail_DeclineAndAttempts_ChooseTemplateAndTone(string code, int attempts, bool retried, DunningTemplate template, DunningTone tone) =>
        DunningMail.For(DeclineClassifier.Classify(code), attempts, retried ? Later : null).ShouldBe(new DunningMail(template, tone));
}
