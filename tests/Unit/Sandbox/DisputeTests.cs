using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class DisputeTests
{
    [Fact]
    public async Task Charge_DisputedCard_TakesAmountAndFee()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var charge = await sandbox.ChargeAsync(10_000, card: "pm_card_createDispute");

        var dispute = (await sandbox.Admin.V1.Disputes.ListAsync(new DisputeListOptions { Charge = charge.Id })).Data.Single();

        dispute.Status.ShouldBe("needs_response");
        dispute.Reason.ShouldBe("fraudulent");
        dispute.PaymentMethodDetails.Card.NetworkReasonCode.ShouldBe("10.4");
        dispute.EvidenceDetails.DueBy.ShouldNotBeNull();
        var taken = dispute.BalanceTransactions.Single();
        (taken.Amount, taken.Fee, taken.Net, taken.ReportingCategory).ShouldBe((-10_000L, 1500L, -11_500L, "dispute"));
        (await sandbox.Admin.V1.Charges.GetAsync(charge.Id)).Disputed.ShouldBeTrue();
        var refund = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge.Id }));
        refund.StripeError.Code.ShouldBe("charge_disputed");
    }

    [Theory]
    [InlineData("winning_evidence", "won", 2)]
    [InlineData("losing_evidence", "lost", 1)]
    [InlineData("Signed contract attached.", "under_review", 1)]
    public async Task SubmitEvidence_ByItsWords_MovesTheDispute(string text, string status, int movements)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ChargeAsync(10_000, card: "pm_card_createDisputeProductNotReceived");
        var id = (await sandbox.Admin.V1.Disputes.ListAsync()).Data.Single().Id;

        var staged = await sandbox.Admin.V1.Disputes.UpdateAsync(id, new DisputeUpdateOptions { Evidence = new() { CustomerName = "Ada" }, Submit = false });
        var submitted = await sandbox.Admin.V1.Disputes.UpdateAsync(id, new DisputeUpdateOptions { Evidence = new() { UncategorizedText = text }, Submit = true });

        (staged.Status, staged.EvidenceDetails.HasEvidence, staged.EvidenceDetails.SubmissionCount).ShouldBe(("needs_response", true, 0L));
        (submitted.Status, submitted.EvidenceDetails.SubmissionCount).ShouldBe((status, 1L));
        submitted.Evidence.CustomerName.ShouldBe("Ada");
        submitted.BalanceTransactions.Count.ShouldBe(movements);
        var again = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Disputes.CloseAsync(id));
        again.HttpStatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task CloseDispute_Open_LosesIt()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ChargeAsync(10_000, card: "pm_card_createDispute");
        var id = (await sandbox.Admin.V1.Disputes.ListAsync()).Data.Single().Id;

        (await sandbox.Admin.V1.Disputes.CloseAsync(id)).Status.ShouldBe("lost");
        (await sandbox.Admin.V1.Balance.GetAsync()).Available.Single().Amount.ShouldBe(-11_500);
    }

    [Fact]
    public async Task Charge_InquiryCard_MovesNoMoneyAndCanBeRefunded()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var charge = await sandbox.ChargeAsync(10_000, card: "pm_card_createDisputeInquiry");

        var inquiry = (await sandbox.Admin.V1.Disputes.ListAsync()).Data.Single();

        (inquiry.Status, inquiry.IsChargeRefundable, inquiry.BalanceTransactions.Count).ShouldBe(("warning_needs_response", true, 0));
        inquiry.PaymentMethodDetails.Card.CaseType.ShouldBe("inquiry");
        (await sandbox.Admin.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge.Id })).Status.ShouldBe("succeeded");
    }
}
