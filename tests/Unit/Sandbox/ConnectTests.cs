using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>A platform and its sellers: each sees its own money.</summary>
public sealed class ConnectTests
{
    [Fact]
    public async Task DestinationCharge_WithFee_SplitsBetweenPlatformAndSeller()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var seller = await SellerAsync(sandbox);

        var charge = await PayAsync(sandbox, new PaymentIntentCreateOptions
        {
            ApplicationFeeAmount = 1000,
            TransferData = new PaymentIntentTransferDataOptions { Destination = seller },
            OnBehalfOf = seller,
        });

        var transfer = await sandbox.Admin.V1.Transfers.GetAsync(charge.TransferId);
        (transfer.Amount, transfer.DestinationId, transfer.SourceTransactionId).ShouldBe((10_000L, seller, charge.Id));
        charge.OnBehalfOfId.ShouldBe(seller);
        var fee = (await sandbox.Admin.V1.ApplicationFees.ListAsync()).Data.Single();
        (fee.Amount, fee.AccountId, fee.ChargeId, fee.OriginatingTransactionId).ShouldBe((1000L, seller, transfer.DestinationPaymentId, charge.Id));
        (await NetAsync(sandbox, null)).ShouldBe(10_000 - 320 - 10_000 + 1000);
        (await NetAsync(sandbox, seller)).ShouldBe(9000);
        var theirs = await sandbox.Admin.V1.BalanceTransactions.ListAsync(null, As(seller));
        theirs.Data.Single().FeeDetails.Single().Type.ShouldBe("application_fee");
        (await sandbox.Admin.V1.Charges.GetAsync(transfer.DestinationPaymentId, null, As(seller))).ApplicationFeeAmount.ShouldBe(1000);
        (await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Charges.GetAsync(transfer.DestinationPaymentId))).StripeError.Code.ShouldBe("resource_missing");
    }

    [Fact]
    public async Task Refund_ReverseTransferAndFee_TakesBackInProportion()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var seller = await SellerAsync(sandbox);
        var charge = await PayAsync(sandbox, new PaymentIntentCreateOptions
        {
            ApplicationFeeAmount = 1000,
            TransferData = new PaymentIntentTransferDataOptions { Destination = seller },
        });

        var refund = await sandbox.Admin.V1.Refunds.CreateAsync(new RefundCreateOptions
        {
            Charge = charge.Id,
            Amount = 5000,
            ReverseTransfer = true,
            RefundApplicationFee = true,
        });

        refund.TransferReversalId.ShouldNotBeNull();
        var transfer = await sandbox.Admin.V1.Transfers.GetAsync(charge.TransferId);
        (transfer.AmountReversed, transfer.Reversed, transfer.Reversals.Data.Single().SourceRefundId).ShouldBe((5000L, false, refund.Id));
        (await sandbox.Admin.V1.ApplicationFees.ListAsync()).Data.Single().AmountRefunded.ShouldBe(500);
        (await NetAsync(sandbox, seller)).ShouldBe(9000 - 5000 + 500);
        (await NetAsync(sandbox, null)).ShouldBe(10_000 - 320 - 10_000 + 1000 - 5000 + 5000 - 500);
    }

    [Fact]
    public async Task DirectCharge_ForSeller_KeepsObjectsApart()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var seller = await SellerAsync(sandbox);

        var intent = await sandbox.Admin.V1.PaymentIntents.CreateAsync(
            new PaymentIntentCreateOptions { Amount = 10_000, Currency = "usd", PaymentMethod = "pm_card_visa", Confirm = true, ApplicationFeeAmount = 700 }, As(seller));

        intent.Status.ShouldBe("succeeded");
        (await NetAsync(sandbox, seller)).ShouldBe(10_000 - 320 - 700);
        (await NetAsync(sandbox, null)).ShouldBe(700);
        (await sandbox.Admin.V1.Charges.ListAsync()).Data.ShouldBeEmpty();
        var events = await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "charge.succeeded" }, As(seller));
        events.Data.Single().Account.ShouldBe(seller);
        (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "charge.succeeded" })).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task CreateTransfer_ThenReverse_MovesBothBalances()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var seller = await SellerAsync(sandbox);
        await sandbox.ChargeAsync(10_000, card: "pm_card_bypassPending");
        var transfer = await sandbox.Admin.V1.Transfers.CreateAsync(new TransferCreateOptions { Amount = 4000, Currency = "usd", Destination = seller, TransferGroup = "june" });

        var reversal = await sandbox.Admin.V1.Transfers.Reversals.CreateAsync(transfer.Id, new TransferReversalCreateOptions { Amount = 1500 });
        var tooMuch = await Should.ThrowAsync<StripeException>(() =>
            sandbox.Admin.V1.Transfers.Reversals.CreateAsync(transfer.Id, new TransferReversalCreateOptions { Amount = 3000 }));

        reversal.TransferId.ShouldBe(transfer.Id);
        (await NetAsync(sandbox, null)).ShouldBe(9680 - 4000 + 1500);
        (await NetAsync(sandbox, seller)).ShouldBe(2500);
        tooMuch.StripeError.Param.ShouldBe("amount");
        (await sandbox.Admin.V1.Transfers.ListAsync(new TransferListOptions { TransferGroup = "june" })).Data.Single().AmountReversed.ShouldBe(1500);
    }

    [Fact]
    public async Task AnyCall_ForeignAccount_IsRefused()
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var error = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Charges.ListAsync(null, As("acct_1Unknown000000000")));

        ((int)error.HttpStatusCode, error.StripeError.Code).ShouldBe((403, "account_invalid"));
    }

    private static RequestOptions As(string account) => new() { StripeAccount = account };

    private static async Task<string> SellerAsync(SandboxFixture sandbox) =>
        (await sandbox.Admin.V1.Accounts.CreateAsync(new AccountCreateOptions { Type = "express", Email = "seller@shop.test", Country = "US" })).Id;

    private static async Task<Charge> PayAsync(SandboxFixture sandbox, PaymentIntentCreateOptions options)
    {
        (options.Amount, options.Currency, options.PaymentMethod, options.Confirm) = (10_000, "usd", "pm_card_visa", true);
        var intent = await sandbox.Admin.V1.PaymentIntents.CreateAsync(options);
        return await sandbox.Admin.V1.Charges.GetAsync(intent.LatestChargeId);
    }

    private static async Task<long> NetAsync(SandboxFixture sandbox, string? account)
    {
        var options = account is null ? null : As(account);
        var net = (await sandbox.Admin.V1.BalanceTransactions.ListAsync(new BalanceTransactionListOptions { Limit = 100 }, options)).Data.Sum(t => t.Net);
        var balance = await sandbox.Admin.V1.Balance.GetAsync(null, options);
        (balance.Available.Sum(a => a.Amount) + balance.Pending.Sum(a => a.Amount)).ShouldBe(net);
        return net;
    }
}
