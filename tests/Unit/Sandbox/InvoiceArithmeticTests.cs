using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class InvoiceArithmeticTests
{
    [Theory]
    [InlineData("usd", 9_999, 19, false, 1_900, 11_899)]
    [InlineData("usd", 9_999, 19, true, 1_596, 9_999)]
    [InlineData("jpy", 1_234, 10, false, 123, 1_357)]
    [InlineData("jpy", 1_234, 10, true, 112, 1_234)]
    [InlineData("kwd", 12_340, 5, false, 620, 12_960)]
    [InlineData("kwd", 12_340, 5, true, 590, 12_340)]
    public async Task Renewal_Tax_IsRoundedToWhatTheCurrencyHas(string currency, long amount, int percent, bool inclusive, long tax, long total)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribeAsync(sandbox, currency, amount);
        Tax(sandbox, subscription.Id, percent, inclusive);

        var preview = await sandbox.Admin.V1.Invoices.CreatePreviewAsync(new InvoiceCreatePreviewOptions { Subscription = subscription.Id });
        var invoice = await RenewAsync(sandbox, subscription.Id);

        (invoice.TotalTaxes.Sum(t => t.Amount), invoice.Total, invoice.AmountPaid).ShouldBe((tax, total, total));
        (preview.Total, preview.TotalTaxes.Sum(t => t.Amount), preview.TotalExcludingTax).ShouldBe((total, tax, total - tax));
        invoice.TotalExcludingTax.ShouldBe(total - tax);
        invoice.TotalTaxes.Single().TaxBehavior.ShouldBe(inclusive ? "inclusive" : "exclusive");
    }

    [Fact]
    public async Task Renewal_StackedDiscounts_ApplyInTheirOrderAndEndInTheirTime()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var quarter = await sandbox.Admin.V1.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = 25, Duration = "repeating", DurationInMonths = 2 });
        var ten = await sandbox.Admin.V1.Coupons.CreateAsync(new CouponCreateOptions { AmountOff = 1_000, Currency = "usd", Duration = "forever" });
        var once = await sandbox.Admin.V1.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = 10, Duration = "once" });
        var subscription = await SubscribeAsync(sandbox, "usd", 10_000, quarter.Id, ten.Id, once.Id);

        (await RenewAsync(sandbox, subscription.Id)).Total.ShouldBe(6_500);
        (await RenewAsync(sandbox, subscription.Id)).Total.ShouldBe(9_000);

        var first = await sandbox.Admin.V1.Invoices.GetAsync(subscription.LatestInvoiceId);
        first.TotalDiscountAmounts.Select(d => d.Amount).ShouldBe([2_500, 1_000, 650]);
        first.Total.ShouldBe(5_850);
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).DiscountIds.Count.ShouldBe(1);
        (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "customer.discount.deleted" })).Data.Count.ShouldBe(2);
    }

    [Fact]
    public async Task AmountOff_OverSeveralLines_AddsUpAndNeverExceedsThem()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var coupon = await sandbox.Admin.V1.Coupons.CreateAsync(new CouponCreateOptions { AmountOff = 1_001, Currency = "usd", Duration = "forever" });
        var subscription = await SubscribeAsync(sandbox, "usd", 333, coupon.Id);
        await sandbox.Admin.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = subscription.CustomerId, Amount = 667, Currency = "usd" });
        await sandbox.Admin.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = subscription.CustomerId, Amount = 100, Currency = "usd" });

        var invoice = await RenewAsync(sandbox, subscription.Id);

        invoice.TotalDiscountAmounts.Single().Amount.ShouldBe(1_001);
        invoice.Lines.Data.Sum(l => l.DiscountAmounts.Sum(d => d.Amount)).ShouldBe(1_001);
        invoice.Total.ShouldBe(99);
        (await sandbox.Admin.V1.Invoices.GetAsync(subscription.LatestInvoiceId)).Total.ShouldBe(0);
    }

    [Fact]
    public async Task Renewal_DiscountThenTax_TaxesWhatIsLeft()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var coupon = await sandbox.Admin.V1.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = 15, Duration = "forever" });
        var subscription = await SubscribeAsync(sandbox, "kwd", 12_340, coupon.Id);
        Tax(sandbox, subscription.Id, 5, inclusive: false);

        var invoice = await RenewAsync(sandbox, subscription.Id);

        // 12.340 less 1.850 (1.851 to tens of fils), and 5 % of 10.490 to tens of fils.
        (invoice.TotalDiscountAmounts.Single().Amount, invoice.TotalTaxes.Single().TaxableAmount, invoice.Total).ShouldBe((1_850, 10_490, 11_010));
    }

    private static async Task<Subscription> SubscribeAsync(SandboxFixture sandbox, string currency, long amount, params string[] coupons)
    {
        var price = await sandbox.Admin.V1.Prices.CreateAsync(new PriceCreateOptions
        {
            Currency = currency,
            UnitAmount = amount,
            Recurring = new PriceRecurringOptions { Interval = "month" },
            ProductData = new PriceProductDataOptions { Name = "Team" },
        });
        return await sandbox.Admin.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = (await sandbox.CustomerAsync()).Id,
            Items = [new SubscriptionItemOptions { Price = price.Id }],
            Discounts = [.. coupons.Select(c => new SubscriptionDiscountOptions { Coupon = c })],
        });
    }

    private static async Task<Invoice> RenewAsync(SandboxFixture sandbox, string id)
    {
        var subscription = await sandbox.Admin.V1.Subscriptions.GetAsync(id);
        await sandbox.UntilAsync(subscription.Items.Data[0].CurrentPeriodEnd.AddHours(2));
        return await sandbox.Admin.V1.Invoices.GetAsync((await sandbox.Admin.V1.Subscriptions.GetAsync(id)).LatestInvoiceId);
    }

    private static void Tax(SandboxFixture sandbox, string subscription, int percent, bool inclusive)
    {
        var account = sandbox.Server.World.Account;
        var taxed = account.Find(subscription)!.DeepClone().AsObject();
        taxed["default_tax_rates"] = new JsonArray(TaxRateObject.Create("txr_1SandboxTests0000000001", 0, "VAT", "DE", percent, inclusive));
        account.Put(taxed);
    }
}
