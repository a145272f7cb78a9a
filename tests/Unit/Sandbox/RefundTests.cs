using System.Net;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Refunds that do not succeed at once: they wait, come back, or are taken back.</summary>
public sealed class RefundTests
{
    [Fact]
    public async Task Refund_OfACardThatSettlesLater_IsPendingThenSucceeds()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var refund = await RefundAsync(sandbox, "pm_card_pendingRefund");

        (refund.Status, refund.PendingReason).ShouldBe(("pending", "processing"));
        await sandbox.ControlAsync("clock", new { advance = "2d" });

        (await sandbox.Admin.V1.Refunds.GetAsync(refund.Id)).Status.ShouldBe("succeeded");
        var told = (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "refund.updated" })).Data.Single();
        ((string?)told.Data.PreviousAttributes!.status).ShouldBe("pending");
    }

    [Fact]
    public async Task CancelRefund_ThatWaitsForTheCustomer_GivesTheMoneyBackToTheMerchant()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var refund = await RefundAsync(sandbox, "pm_card_refundRequiresAction", 700, "mara@acme.test");
        (refund.Status, refund.NextAction.DisplayDetails.EmailSent.EmailSentTo).ShouldBe(("requires_action", "mara@acme.test"));

        var canceled = await sandbox.Admin.V1.Refunds.CancelAsync(refund.Id);

        (canceled.Status, canceled.FailureReason, canceled.NextAction).ShouldBe(("canceled", "merchant_request", null));
        var charge = await sandbox.Admin.V1.Charges.GetAsync(refund.ChargeId);
        (charge.AmountRefunded, charge.Refunded).ShouldBe((0, false));
        var back = await sandbox.Admin.V1.BalanceTransactions.GetAsync(canceled.FailureBalanceTransactionId);
        (back.Amount, back.Type, back.ReportingCategory).ShouldBe((700, "refund_failure", "refund_failure"));
    }

    [Theory]
    [InlineData("pm_card_visa", "succeeded")]
    [InlineData("pm_card_pendingRefund", "pending")]
    public async Task CancelRefund_InAnotherState_IsRefusedAndChangesNothing(string card, string status)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var refund = await RefundAsync(sandbox, card);

        var error = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Refunds.CancelAsync(refund.Id));

        (error.HttpStatusCode, error.StripeError.Type).ShouldBe((HttpStatusCode.BadRequest, "invalid_request_error"));
        error.Message.ShouldContain("requires_action");
        (await sandbox.Admin.V1.Refunds.GetAsync(refund.Id)).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refund_WhoseCustomerNeverAnswers_Fails(bool byTheTestHelper)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var refund = await RefundAsync(sandbox, "pm_card_refundRequiresAction");

        if (byTheTestHelper)
        {
            await sandbox.Admin.V1.TestHelpers.Refunds.ExpireAsync(refund.Id);
        }
        else
        {
            await sandbox.ControlAsync("clock", new { advance = "46d" });
        }

        (await sandbox.Admin.V1.Refunds.GetAsync(refund.Id)).Status.ShouldBe("failed");
        (await sandbox.Admin.V1.Charges.GetAsync(refund.ChargeId)).AmountRefunded.ShouldBe(0);
        (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "refund.failed" })).Data.Count.ShouldBe(1);
    }

    private static async Task<Refund> RefundAsync(SandboxFixture sandbox, string card, long? amount = null, string? email = null)
    {
        var charge = await sandbox.ChargeAsync(2_000, card: card);
        return await sandbox.Admin.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge.Id, Amount = amount, InstructionsEmail = email });
    }
}
