using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>What quantities cost, what discounts take off, and what a change in the middle of a period does.</summary>
public sealed class PricingTests
{
    [Theory]
    [InlineData("graduated", 25, (10 * 1000) + (15 * 800))]
    [InlineData("volume", 25, 25 * 800)]
    [InlineData("volume", 10, 10 * 1000)]
    public async Task TieredPrice_ByMode_CostsItsTiers(string mode, long quantity, long total)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var price = await sandbox.Admin.V1.Prices.CreateAsync(new PriceCreateOptions
        {
            Currency = "usd",
            BillingScheme = "tiered",
            TiersMode = mode,
            Tiers = [new PriceTierOptions { UpTo = 10, UnitAmount = 1000 }, new PriceTierOptions { UpTo = PriceTierUpTo.Inf, UnitAmount = 800 }],
            Recurring = new PriceRecurringOptions { Interval = "month" },
            ProductData = new PriceProductDataOptions { Name = "Seats" },
        });

        (await FirstInvoiceAsync(sandbox, price.Id, quantity)).Total.ShouldBe(total);
    }

    [Theory]
    [InlineData("up", 25, 3 * 500)]
    [InlineData("down", 25, 2 * 500)]
    public async Task PackagePrice_ByRounding_CostsWholePackages(string round, long quantity, long total)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var price = await sandbox.Admin.V1.Prices.CreateAsync(new PriceCreateOptions
        {
            Currency = "usd",
            UnitAmount = 500,
            TransformQuantity = new PriceTransformQuantityOptions { DivideBy = 10, Round = round },
            Recurring = new PriceRecurringOptions { Interval = "month" },
            ProductData = new PriceProductDataOptions { Name = "Packs" },
        });

        (await FirstInvoiceAsync(sandbox, price.Id, quantity)).Total.ShouldBe(total);
    }

    [Fact]
    public async Task Discounts_PercentThenAmount_Stack()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var percent = await sandbox.Admin.V1.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = 20, Duration = "forever" });
        var amount = await sandbox.Admin.V1.Coupons.CreateAsync(new CouponCreateOptions { AmountOff = 500, Currency = "usd", Duration = "once" });
        var code = await sandbox.Admin.V1.PromotionCodes.CreateAsync(new PromotionCodeCreateOptions
        {
            Code = "FIVE",
            Promotion = new PromotionCodePromotionOptions { Type = "coupon", Coupon = amount.Id },
        });
        var customer = await sandbox.CustomerAsync();
        var price = await sandbox.PriceAsync(10_000);

        var subscription = await sandbox.Admin.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = customer.Id,
            Items = [new SubscriptionItemOptions { Price = price.Id }],
            Discounts = [new SubscriptionDiscountOptions { Coupon = percent.Id }, new SubscriptionDiscountOptions { PromotionCode = code.Id }],
        });

        var first = await sandbox.Admin.V1.Invoices.GetAsync(subscription.LatestInvoiceId);
        (first.Subtotal, first.Total).ShouldBe((10_000L, 7_500L));
        first.TotalDiscountAmounts.Select(d => d.Amount).ShouldBe([2000L, 500L]);
        (await sandbox.Admin.V1.PromotionCodes.GetAsync(code.Id)).TimesRedeemed.ShouldBe(1);
        await sandbox.ControlAsync("clock", new { advance = "32d" });
        var second = (await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = subscription.Id })).Data[0];
        second.Total.ShouldBe(8_000);
        await sandbox.Admin.V1.Subscriptions.DeleteDiscountAsync(subscription.Id);
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).DiscountIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task Coupon_UsedUp_IsRefused()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var coupon = await sandbox.Admin.V1.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = 10, Duration = "once", MaxRedemptions = 1 });
        var customer = await sandbox.CustomerAsync();
        await DraftAsync();

        var error = await Should.ThrowAsync<StripeException>(DraftAsync);

        (error.StripeError.Code, error.StripeError.Param).ShouldBe(("coupon_expired", "discounts[0][coupon]"));

        Task<Invoice> DraftAsync() => sandbox.Admin.V1.Invoices.CreateAsync(
            new InvoiceCreateOptions { Customer = customer.Id, Discounts = [new InvoiceDiscountOptions { Coupon = coupon.Id }] });
    }

    [Fact]
    public async Task InvoiceItem_WithItsOwnDiscountAndTax_KeepsToItsLine()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var coupon = await sandbox.Admin.V1.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = 50, Duration = "once" });
        var rate = await sandbox.Admin.V1.TaxRates.CreateAsync(new TaxRateCreateOptions { DisplayName = "VAT", Percentage = 19, Inclusive = false });
        var customer = await sandbox.CustomerAsync();
        var draft = await sandbox.Admin.V1.Invoices.CreateAsync(new InvoiceCreateOptions { Customer = customer.Id, Currency = "usd" });
        await sandbox.Admin.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions
        {
            Customer = customer.Id,
            Invoice = draft.Id,
            Amount = 1000,
            Currency = "usd",
            TaxRates = [rate.Id],
            Discounts = [new InvoiceItemDiscountOptions { Coupon = coupon.Id }],
        });
        var added = await sandbox.Admin.V1.Invoices.AddLinesAsync(draft.Id, new InvoiceAddLinesOptions
        {
            Lines = [new InvoiceLineOptions { Amount = 3000, Description = "Setup" }],
        });

        // Stripe's subtotal has discounts of items in it already, not those of the invoice.
        (added.Subtotal, added.Total).ShouldBe((500 + 3000L, 500 + 95 + 3000L));
        var fewer = await sandbox.Admin.V1.Invoices.RemoveLinesAsync(draft.Id, new InvoiceRemoveLinesOptions
        {
            Lines = [new InvoiceLineOptions { Id = added.Lines.Data[1].Id, Behavior = "delete" }],
        });
        fewer.Total.ShouldBe(595);
    }

    [Fact]
    public async Task PendingItem_WithItsOwnDiscount_KeepsItOnTheNextRenewal()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var coupon = await sandbox.Admin.V1.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = 50, Duration = "once" });
        var customer = await sandbox.CustomerAsync();
        var subscription = await sandbox.SubscriptionAsync(customer.Id, (await sandbox.PriceAsync(3000)).Id);
        await sandbox.Admin.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions
        {
            Customer = customer.Id,
            Amount = 1000,
            Currency = "usd",
            Discounts = [new InvoiceItemDiscountOptions { Coupon = coupon.Id }],
        });

        await sandbox.UntilAsync(subscription.Items.Data[0].CurrentPeriodEnd);

        var renewed = (await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Customer = customer.Id })).Data[0];
        (renewed.Subtotal, renewed.Total, renewed.DiscountIds.Count).ShouldBe((3500, 3500, 0));
        renewed.TotalDiscountAmounts.Single().Amount.ShouldBe(500);
    }

    [Fact]
    public async Task ChangeInterval_MonthToYear_StartsANewPeriodNow()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync();
        var yearly = await sandbox.Admin.V1.Prices.CreateAsync(new PriceCreateOptions
        {
            Currency = "usd",
            UnitAmount = 30_000,
            Recurring = new PriceRecurringOptions { Interval = "year" },
            ProductData = new PriceProductDataOptions { Name = "Team, a year" },
        });
        var subscription = await sandbox.SubscriptionAsync(customer.Id, (await sandbox.PriceAsync(3100)).Id);
        await sandbox.ControlAsync("clock", new { freeze = true });
        await sandbox.ControlAsync("clock", new { advance = "10d" });

        var changed = await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions
        {
            Items = [new SubscriptionItemOptions { Id = subscription.Items.Data[0].Id, Price = yearly.Id }],
        });

        var invoice = await sandbox.Admin.V1.Invoices.GetAsync(changed.LatestInvoiceId);
        // March has 31 days, 21 of which are unused.
        invoice.Lines.Data.Select(l => l.Amount).ShouldBe([-2100, 30_000]);
        (changed.Items.Data[0].CurrentPeriodEnd - changed.Items.Data[0].CurrentPeriodStart).TotalDays.ShouldBe(365);
    }

    [Fact]
    public async Task PauseAndResume_WholeSubscription_SkipsTheTimeBetween()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync();
        var subscription = await sandbox.SubscriptionAsync(customer.Id, (await sandbox.PriceAsync(3100)).Id);

        var paused = await sandbox.Admin.V1.Subscriptions.PauseAsync(subscription.Id, new SubscriptionPauseOptions { Type = "subscription" });
        await sandbox.ControlAsync("clock", new { advance = "60d" });
        var resumed = await sandbox.Admin.V1.Subscriptions.ResumeAsync(subscription.Id, new SubscriptionResumeOptions());

        (paused.Status, resumed.Status).ShouldBe(("paused", "active"));
        (await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = subscription.Id })).Data.Count.ShouldBe(2);
    }

    private static async Task<Invoice> FirstInvoiceAsync(SandboxFixture sandbox, string price, long quantity)
    {
        var customer = await sandbox.CustomerAsync();
        var subscription = await sandbox.SubscriptionAsync(customer.Id, price, quantity);
        return await sandbox.Admin.V1.Invoices.GetAsync(subscription.LatestInvoiceId);
    }
}
