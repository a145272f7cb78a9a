using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Money that is held first and taken later.</summary>
public sealed class CaptureTests
{
    [Fact]
    public async Task Capture_OfAPart_TakesItAndMovesTheBalanceOnlyThen()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var held = await HoldAsync(sandbox, 5000);
        (held.Status, held.AmountCapturable, held.AmountReceived).ShouldBe(("requires_capture", 5000, 0));
        var charge = await sandbox.Admin.V1.Charges.GetAsync(held.LatestChargeId);
        (charge.Captured, charge.AmountCaptured, charge.BalanceTransactionId).ShouldBe((false, 0, null));

        var taken = await sandbox.Admin.V1.PaymentIntents.CaptureAsync(held.Id, new PaymentIntentCaptureOptions { AmountToCapture = 2000 });

        (taken.Status, taken.AmountCapturable, taken.AmountReceived, taken.Amount).ShouldBe(("succeeded", 0, 2000, 5000));
        charge = await sandbox.Admin.V1.Charges.GetAsync(held.LatestChargeId, new ChargeGetOptions { Expand = ["balance_transaction"] });
        (charge.Captured, charge.AmountCaptured, charge.BalanceTransaction.Amount).ShouldBe((true, 2000, 2000));
        await sandbox.Admin.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge.Id });
        (await sandbox.Admin.V1.Charges.GetAsync(charge.Id)).Refunded.ShouldBeTrue();
        (await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Charges.CaptureAsync(charge.Id))).StripeError.Code.ShouldBe("charge_already_captured");
    }

    [Fact]
    public async Task Capture_OfMoreThanIsHeld_IsRefused()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var held = await HoldAsync(sandbox, 5000);

        var refused = await Should.ThrowAsync<StripeException>(() =>
            sandbox.Admin.V1.PaymentIntents.CaptureAsync(held.Id, new PaymentIntentCaptureOptions { AmountToCapture = 5001 }));

        refused.StripeError.Param.ShouldBe("amount_to_capture");
    }

    [Theory]
    [InlineData(true, "abandoned")]
    [InlineData(false, "automatic")]
    public async Task Hold_CanceledOrLeftForAWeek_IsLetGo(bool cancel, string reason)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var held = await HoldAsync(sandbox, 5000);

        if (cancel)
        {
            await sandbox.Admin.V1.PaymentIntents.CancelAsync(held.Id, new PaymentIntentCancelOptions { CancellationReason = "abandoned" });
        }
        else
        {
            await sandbox.ControlAsync("clock", new { advance = "8d" });
        }

        var canceled = await sandbox.Admin.V1.PaymentIntents.GetAsync(held.Id, new PaymentIntentGetOptions { Expand = ["latest_charge"] });
        (canceled.Status, canceled.CancellationReason, canceled.AmountCapturable).ShouldBe(("canceled", reason, 0));
        (canceled.LatestCharge.Refunded, canceled.LatestCharge.AmountRefunded).ShouldBe((true, 5000));
        (await sandbox.Admin.V1.BalanceTransactions.ListAsync()).Data.ShouldBeEmpty();
    }

    private static Task<PaymentIntent> HoldAsync(SandboxFixture sandbox, long amount) => sandbox.Admin.V1.PaymentIntents.CreateAsync(
        new PaymentIntentCreateOptions { Amount = amount, Currency = "usd", PaymentMethod = "pm_card_visa", CaptureMethod = "manual", Confirm = true });
}
