using BillingCopilot.Sandbox.Objects;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>What time does to money: it settles, is paid out, comes back, is lost.</summary>
public sealed class SettlementTests
{
    [Fact]
    public async Task Payout_AfterItsArrival_IsPaidWithATrace()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ChargeAsync(10_000);
        await sandbox.ControlAsync("clock", new { advance = "3d" });
        var payout = await sandbox.Admin.V1.Payouts.CreateAsync(new PayoutCreateOptions { Amount = 9680, Currency = "usd" });
        await sandbox.ControlAsync("clock", new { advance = "1d" });
        var sent = await sandbox.Admin.V1.Payouts.GetAsync(payout.Id);

        await sandbox.ControlAsync("clock", new { advance = "6d" });

        var paid = await sandbox.Admin.V1.Payouts.GetAsync(payout.Id);
        sent.Status.ShouldBe("in_transit");
        (paid.Status, paid.TraceId.Status, paid.Automatic).ShouldBe(("paid", "supported", false));
        paid.TraceId.Value.ShouldNotBeNullOrEmpty();
        (await sandbox.Admin.V1.Balance.GetAsync()).Available.Single().Amount.ShouldBe(0);
        var reversal = await sandbox.Admin.V1.Payouts.ReverseAsync(payout.Id);
        (reversal.Amount, reversal.OriginalPayoutId).ShouldBe((-9680L, payout.Id));
        (await sandbox.Admin.V1.Payouts.GetAsync(payout.Id)).ReversedById.ShouldBe(reversal.Id);
    }

    [Fact]
    public async Task AutomaticPayouts_Daily_EqualTheirTransactions()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var seller = await sandbox.Admin.V1.Accounts.CreateAsync(new AccountCreateOptions { Type = "custom", Country = "US" });
        var options = new RequestOptions { StripeAccount = seller.Id };
        foreach (var amount in (long[])[5000, 7000])
        {
            await sandbox.Admin.V1.PaymentIntents.CreateAsync(
                new PaymentIntentCreateOptions { Amount = amount, Currency = "usd", PaymentMethod = "pm_card_visa", Confirm = true }, options);
            await sandbox.ControlAsync("clock", new { advance = "1d" });
        }

        await sandbox.ControlAsync("clock", new { advance = "9d" });

        var payouts = (await sandbox.Admin.V1.Payouts.ListAsync(null, options)).Data;
        payouts.Count.ShouldBe(2);
        payouts.ShouldAllBe(p => p.Automatic && p.Status == "paid" && p.ReconciliationStatus == "completed");
        foreach (var payout in payouts)
        {
            var movements = (await sandbox.Admin.V1.BalanceTransactions.ListAsync(new BalanceTransactionListOptions { Payout = payout.Id }, options)).Data;
            movements.Where(m => m.Type != "payout").Sum(m => m.Net).ShouldBe(payout.Amount);
            movements.Sum(m => m.Net).ShouldBe(0);
        }

        var events = await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "payout.*" }, options);
        events.Data.Select(e => e.Type).Distinct().ShouldBe(["payout.created", "payout.updated", "payout.paid", "payout.reconciliation_completed"], ignoreOrder: true);
    }

    [Fact]
    public async Task Payout_ToAClosedBankAccount_Fails()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var seller = await sandbox.Admin.V1.Accounts.CreateAsync(new AccountCreateOptions { Type = "custom", Country = "US" });
        var options = new RequestOptions { StripeAccount = seller.Id };
        var bank = await sandbox.Admin.V1.Accounts.ExternalAccounts.CreateAsync(seller.Id, new AccountExternalAccountCreateOptions
        {
            ExternalAccount = new AccountExternalAccountBankAccountOptions { Country = "US", Currency = "usd", AccountNumber = "000111111113", RoutingNumber = "110000000" },
        });
        await sandbox.Admin.V1.PaymentIntents.CreateAsync(
            new PaymentIntentCreateOptions { Amount = 5000, Currency = "usd", PaymentMethod = "pm_card_bypassPending", Confirm = true }, options);
        var payout = await sandbox.Admin.V1.Payouts.CreateAsync(new PayoutCreateOptions { Amount = 4825, Currency = "usd", Destination = bank.Id }, options);

        await sandbox.ControlAsync("clock", new { advance = "6d" });

        var failed = await sandbox.Admin.V1.Payouts.GetAsync(payout.Id, null, options);
        (failed.Status, failed.FailureCode).ShouldBe(("failed", "account_closed"));
        var back = await sandbox.Admin.V1.BalanceTransactions.GetAsync(failed.FailureBalanceTransactionId, null, options);
        (back.Type, back.ReportingCategory, back.Net).ShouldBe(("payout_failure", "payout_reversal", 4825L));
    }

    [Fact]
    public async Task Dispute_WithoutEvidence_LapsesOnItsDueDate()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ChargeAsync(10_000, card: "pm_card_createDispute");

        await sandbox.ControlAsync("clock", new { advance = "19d" });
        var before = (await sandbox.Admin.V1.Disputes.ListAsync()).Data.Single();
        await sandbox.ControlAsync("clock", new { advance = "2d" });
        var after = await sandbox.Admin.V1.Disputes.GetAsync(before.Id);

        before.Status.ShouldBe("needs_response");
        (after.Status, after.EvidenceDetails.PastDue).ShouldBe(("lost", true));
        (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "charge.dispute.closed" })).Data.Single()
            .Created.ShouldBe(before.EvidenceDetails.DueBy!.Value.AddSeconds(1));
    }

    [Fact]
    public async Task Refund_ToACardThatSendsItBack_Fails()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var charge = await sandbox.ChargeAsync(10_000, card: "pm_card_refundFail");
        var refund = await sandbox.Admin.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge.Id, Amount = 4000 });

        await sandbox.ControlAsync("clock", new { advance = "2d" });

        var failed = await sandbox.Admin.V1.Refunds.GetAsync(refund.Id);
        (refund.Status, failed.Status, failed.FailureReason).ShouldBe(("succeeded", "failed", "expired_or_canceled_card"));
        (await sandbox.Admin.V1.Charges.GetAsync(charge.Id)).AmountRefunded.ShouldBe(0);
        (await sandbox.Admin.V1.BalanceTransactions.GetAsync(failed.FailureBalanceTransactionId)).ReportingCategory.ShouldBe("refund_failure");
    }

    [Fact]
    public async Task Movements_OfEveryTypeAndCategory_AreBookedAndSumToTheBalance()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        foreach (var type in BalanceTransactionTypes.All)
        {
            await sandbox.ControlAsync("balance", new { type, amount = -100 });
        }

        foreach (var category in BalanceTransactionTypes.AllCategories)
        {
            await sandbox.ControlAsync("balance", new { type = "adjustment", reporting_category = category, amount = 300 });
        }

        var movements = await sandbox.Admin.V1.BalanceTransactions.ListAutoPagingAsync(new BalanceTransactionListOptions { Limit = 100 }).ToListAsync();
        movements.Select(m => m.Type).Distinct().ShouldBe(BalanceTransactionTypes.All, ignoreOrder: true);
        movements.Select(m => m.ReportingCategory).Distinct().ShouldBe(BalanceTransactionTypes.AllCategories, ignoreOrder: true);
        (await sandbox.Admin.V1.Balance.GetAsync()).Available.Single().Amount.ShouldBe(movements.Sum(m => m.Net));
    }

    [Theory]
    [InlineData("stripe_fee", null, "fee")]
    [InlineData("stripe_fee", "network_cost", "network_cost")]
    [InlineData("advance", null, "advance")]
    [InlineData("reserve_hold", null, "risk_reserved_funds")]
    public async Task BookMovement_ByControl_ShowsItsCategory(string type, string? category, string expected)
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        await sandbox.ControlAsync("balance", new { type, reporting_category = category, amount = -250, description = "Billing - Usage Fee" });

        var booked = (await sandbox.Admin.V1.BalanceTransactions.ListAsync(new BalanceTransactionListOptions { Type = type })).Data.Single();
        (booked.ReportingCategory, booked.Net).ShouldBe((expected, -250L));
    }

    [Fact]
    public async Task BalanceSettings_DailyPayouts_PayOutThePlatform()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var settings = await sandbox.Admin.V1.BalanceSettings.UpdateAsync(new BalanceSettingsUpdateOptions
        {
            Payments = new() { Payouts = new() { Schedule = new() { Interval = "daily" } } },
        });
        await sandbox.ChargeAsync(10_000);

        await sandbox.ControlAsync("clock", new { advance = "4d" });

        settings.Payments.Payouts.Schedule.Interval.ShouldBe("daily");
        (await sandbox.Admin.V1.Payouts.ListAsync()).Data.Single().Amount.ShouldBe(9680);
    }
}
