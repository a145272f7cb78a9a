using BillingCopilot.Sandbox.Objects;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Identities of money that hold on every seed, whatever was done.</summary>
public sealed class MoneyPropertyTests
{
    private static readonly string[] Cards = ["pm_card_visa", "pm_card_bypassPending", "pm_card_createDispute", "pm_card_refundFail", "pm_card_chargeDeclined"];
    private static readonly string[] Held = ["usd", "eur", "jpy", "kwd", "chf"];

    public static TheoryData<int> Seeds => new() { 1, 2, 3, 4, 5, 6, 7, 8 };

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Balance_AfterAnything_EqualsItsTransactionsAndPayouts(int seed)
    {
        await using var sandbox = await SandboxFixture.StartAsync(seed: seed);
        var random = new SeededRandom((ulong)seed).Stream("balance");
        await sandbox.Admin.V1.BalanceSettings.UpdateAsync(new BalanceSettingsUpdateOptions
        {
            Payments = new() { Payouts = new() { Schedule = new() { Interval = random.Pick<string>(["daily", "weekly"]) } } },
        });
        for (var step = 0; step < 25; step++)
        {
            await StepAsync(sandbox, random);
        }

        await sandbox.ControlAsync("clock", new { advance = "45d" });

        var movements = await sandbox.Admin.V1.BalanceTransactions.ListAutoPagingAsync(new BalanceTransactionListOptions { Limit = 100 }).ToListAsync();
        var balance = await sandbox.Admin.V1.Balance.GetAsync();
        movements.ShouldAllBe(m => m.Net == m.Amount - m.Fee && m.Fee == m.FeeDetails.Sum(f => f.Amount));
        foreach (var currency in movements.Select(m => m.Currency).Distinct())
        {
            var of = movements.Where(m => m.Currency == currency).ToList();
            balance.Available.Single(a => a.Currency == currency).Amount.ShouldBe(of.Where(m => m.Status == "available").Sum(m => m.Net));
            balance.Pending.Single(a => a.Currency == currency).Amount.ShouldBe(of.Where(m => m.Status == "pending").Sum(m => m.Net));
        }

        var payouts = await sandbox.Admin.V1.Payouts.ListAutoPagingAsync(new PayoutListOptions { Limit = 100 }).ToListAsync();
        payouts.ShouldNotBeEmpty();
        foreach (var payout in payouts)
        {
            var inside = (await sandbox.Admin.V1.BalanceTransactions.ListAsync(new BalanceTransactionListOptions { Payout = payout.Id, Limit = 100 })).Data;
            inside.Where(m => m.Type != "payout").Sum(m => m.Net).ShouldBe(payout.Amount);
            inside.ShouldAllBe(m => m.Currency == payout.Currency);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Prorations_OfEveryChangeInAPeriod_AddUpToTheTimeEachCost(int seed)
    {
        await using var sandbox = await SandboxFixture.StartAsync(seed: seed);
        var random = new SeededRandom((ulong)seed).Stream("proration");
        var customer = await sandbox.CustomerAsync();
        await sandbox.ControlAsync("clock", new { freeze = true });
        long[] amounts = [random.Between(100, 90_000), random.Between(100, 90_000), random.Between(100, 90_000)];
        string[] prices = [.. await Task.WhenAll(amounts.Select(async a => (await sandbox.PriceAsync(a)).Id))];
        var (price, quantity) = (0, random.Between(1, 9));
        var subscription = await sandbox.SubscriptionAsync(customer.Id, prices[price], quantity);
        var item = subscription.Items.Data[0];
        var (start, end) = (item.CurrentPeriodStart, item.CurrentPeriodEnd);
        var length = (decimal)(end - start).TotalSeconds;
        var (expected, changes) = (0m, 0);
        for (var at = start.AddMinutes(random.Between(1, 9000)); at < end.AddDays(-1); at = at.AddMinutes(random.Between(1, 9000)))
        {
            await sandbox.ControlAsync("clock", new { now = at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") });
            var (to, count) = ((int)random.Between(0, 2), random.Between(1, 9));
            var left = (decimal)(end - at).TotalSeconds / length;
            var (credit, charge) = (Round(amounts[price] * quantity * left), Round(amounts[to] * count * left));
            expected += (amounts[to] * count * left) - (amounts[price] * quantity * left);
            var before = await PendingAsync(sandbox, customer.Id);
            var change = new SubscriptionItemOptions { Id = item.Id, Price = prices[to], Quantity = count };
            await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions { Items = [change] });
            var made = (await PendingAsync(sandbox, customer.Id)).Except(before).ToList();
            var same = to == price && count == quantity;
            made.Select(m => m.Amount).Order().ShouldBe(same ? [] : [-credit, charge]);
            (price, quantity, changes) = (to, count, changes + (same ? 0 : 1));
        }

        var all = await PendingAsync(sandbox, customer.Id);
        Math.Abs(all.Sum(i => i.Amount) - expected).ShouldBeLessThanOrEqualTo(changes);
        var preview = await sandbox.Admin.V1.Invoices.CreatePreviewAsync(new InvoiceCreatePreviewOptions { Subscription = subscription.Id });
        preview.Total.ShouldBe(all.Sum(i => i.Amount) + (amounts[price] * quantity));
        // An invoice shows ten lines of its own; longer ones are read page by page.
        (preview.Lines.HasMore || preview.Subtotal == preview.Lines.Data.Sum(l => l.Amount)).ShouldBeTrue();
    }

    private static async Task StepAsync(SandboxFixture sandbox, SeededRandom random)
    {
        var charges = (await sandbox.Admin.V1.Charges.ListAsync(new ChargeListOptions { Limit = 100 })).Data.Where(c => c.Paid && !c.Refunded && !c.Disputed).ToList();
        if (charges.Count > 0 && random.Chance(25))
        {
            var charge = random.Pick(charges);
            await sandbox.Admin.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge.Id, Amount = random.Between(1, charge.Amount - charge.AmountRefunded) });
        }
        else if (random.Chance(20))
        {
            await sandbox.ControlAsync("balance", new { type = "stripe_fee", amount = -random.Between(1, 500) });
        }
        else
        {
            var intent = await sandbox.Admin.V1.PaymentIntents.CreateAsync(new PaymentIntentCreateOptions { Amount = random.Between(10, 9000) * 10, Currency = random.Pick(Held) });
            try
            {
                await sandbox.Admin.V1.PaymentIntents.ConfirmAsync(intent.Id, new PaymentIntentConfirmOptions { PaymentMethod = random.Pick(Cards) });
            }
            catch (StripeException declined) when (declined.StripeError.Type == "card_error")
            {
                // A declined card moves nothing.
            }
        }

        await sandbox.ControlAsync("clock", new { advance = $"{random.Between(1, 60)}h" });
    }

    private static long Round(decimal amount) => (long)Math.Round(amount, MidpointRounding.AwayFromZero);

    private static async Task<List<(string Id, long Amount)>> PendingAsync(SandboxFixture sandbox, string customer) =>
        [.. (await sandbox.Admin.V1.InvoiceItems.ListAsync(new InvoiceItemListOptions { Customer = customer, Pending = true, Limit = 100 })).Data.Select(i => (i.Id, i.Amount))];
}
