using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Charges, refunds and payouts move the balance.</summary>
public sealed class BalanceTests
{
    [Fact]
    public async Task GetBalance_AfterChargeAndRefund_EqualsItsTransactions()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.PaidInvoiceAsync(10_000);
        var charge = (await sandbox.Admin.V1.Charges.ListAsync(new ChargeListOptions { Expand = ["data.balance_transaction"] })).Data.Single();
        await sandbox.Admin.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge.Id, Amount = 4000 });

        var balance = await sandbox.Admin.V1.Balance.GetAsync();
        var movements = (await sandbox.Admin.V1.BalanceTransactions.ListAsync()).Data;

        charge.BalanceTransaction.Fee.ShouldBe(320);
        charge.BalanceTransaction.Net.ShouldBe(9680);
        charge.BalanceTransaction.FeeDetails.Single().Type.ShouldBe("stripe_fee");
        charge.BalanceTransaction.Status.ShouldBe("pending");
        movements.Sum(m => m.Net).ShouldBe(9680 - 4000);
        balance.Pending.Single().Amount.ShouldBe(9680);
        balance.Available.Single().Amount.ShouldBe(-4000);
        movements.Select(m => m.ReportingCategory).ShouldBe(["charge", "refund"], ignoreOrder: true);
    }

    [Fact]
    public async Task Charge_CurrencyThatIsNotHeld_SettlesAtAnExchangeRate()
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var charge = await sandbox.ChargeAsync(10_000, "chf");

        charge.BalanceTransaction.Currency.ShouldBe("usd");
        charge.BalanceTransaction.ExchangeRate.ShouldBe(1.1264m);
        charge.BalanceTransaction.Amount.ShouldBe(11_264);
        charge.BalanceTransaction.Net.ShouldBe(charge.BalanceTransaction.Amount - charge.BalanceTransaction.Fee);
    }

    [Theory]
    [InlineData("jpy", 10_000, 320)]
    [InlineData("kwd", 10_000, 380)]
    public async Task Charge_CurrencyWithOtherDecimals_BooksWholeMinorUnits(string currency, long amount, long fee)
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var charge = await sandbox.ChargeAsync(amount, currency);

        charge.BalanceTransaction.Currency.ShouldBe(currency);
        charge.BalanceTransaction.Fee.ShouldBe(fee);
    }

    [Fact]
    public async Task CreatePayout_MoreThanAvailable_IsRefused()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ChargeAsync(10_000);

        var error = await Should.ThrowAsync<StripeException>(() =>
            sandbox.Admin.V1.Payouts.CreateAsync(new PayoutCreateOptions { Amount = 1000, Currency = "usd" }));

        error.StripeError.Code.ShouldBe("balance_insufficient");
    }

    [Fact]
    public async Task CancelPayout_Pending_PutsTheMoneyBack()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ChargeAsync(10_000, card: "pm_card_bypassPending");
        var payout = await sandbox.Admin.V1.Payouts.CreateAsync(new PayoutCreateOptions { Amount = 5000, Currency = "usd" });

        var canceled = await sandbox.Admin.V1.Payouts.CancelAsync(payout.Id);

        payout.Status.ShouldBe("pending");
        payout.TraceId.Status.ShouldBe("pending");
        payout.ReconciliationStatus.ShouldBe("not_applicable");
        canceled.Status.ShouldBe("canceled");
        (await sandbox.Admin.V1.BalanceTransactions.GetAsync(canceled.FailureBalanceTransactionId)).ReportingCategory.ShouldBe("payout_reversal");
        (await sandbox.Admin.V1.Balance.GetAsync()).Available.Single().Amount.ShouldBe(9680);
    }
}
