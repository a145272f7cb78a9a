using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>
/// Prorations are a credit of what was billed and a charge of what is billed now: net of discounts, or gross with the
/// discounts beside them.
/// </summary>
public sealed class DiscountedProrationTests
{
    private static readonly DateTime Middle = SandboxFixture.Start.UtcDateTime.AddDays(15.5);

    [Theory]
    [InlineData(20, null, -1200, 2400)]
    [InlineData(null, 1000, -1000, 2500)]
    public async Task Change_AtHalfTime_CreditsAndChargesHalfOfTheNetPrices(int? percent, int? amount, long credit, long charge)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribeAsync(sandbox, new CouponCreateOptions { PercentOff = percent, AmountOff = amount, Currency = amount is null ? null : "usd", Duration = "forever" });

        (await ChangeAsync(sandbox, subscription)).ShouldBe([credit, charge]);
    }

    [Fact]
    public async Task Change_AfterADiscountOfOnePeriod_CreditsTheNetAndChargesTheFullPrice()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribeAsync(sandbox, new CouponCreateOptions { PercentOff = 50, Duration = "once" });

        (await ChangeAsync(sandbox, subscription)).ShouldBe([-750, 3000]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("included")]
    public async Task Change_WithDiscountsIncluded_NamesThemAtNothing(string? discounts)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribeAsync(sandbox, new CouponCreateOptions { PercentOff = 20, Duration = "forever" }, discounts);
        subscription.BillingMode.Flexible.ProrationDiscounts.ShouldBe("included");

        (await ChangeAsync(sandbox, subscription)).ShouldBe([-1200, 2400]);

        var items = await ItemsAsync(sandbox, subscription);
        items.ShouldAllBe(item => item.NetAmount == item.Amount && item.ProrationDetails.DiscountAmounts.Single().Amount == 0);
        var preview = await PreviewAsync(sandbox, subscription);
        preview.Lines.Data.Where(IsProration).ShouldAllBe(line => line.DiscountAmounts.Single().Amount == 0);
        (preview.Subtotal, preview.TotalDiscountAmounts.Single().Amount, preview.Total).ShouldBe((7_200, 1_200, 6_000));
    }

    [Theory]
    [InlineData(20, null)]
    [InlineData(null, 1000)]
    public async Task Change_WithDiscountsItemized_ShowsThemBesideGrossAmountsAndCostsTheSame(int? percent, int? amount)
    {
        var coupon = new CouponCreateOptions { PercentOff = percent, AmountOff = amount, Currency = amount is null ? null : "usd", Duration = "forever" };
        await using var one = await SandboxFixture.StartAsync();
        await using var other = await SandboxFixture.StartAsync();
        var (included, itemized) = (await SubscribeAsync(one, coupon), await SubscribeAsync(other, coupon, "itemized"));

        var net = await ChangeAsync(one, included);
        var gross = await ChangeAsync(other, itemized);

        gross.ShouldBe([-1500, 3000]);
        var items = await ItemsAsync(other, itemized);
        items.Select(item => item.NetAmount).Order().ShouldBe(net);
        items.ShouldAllBe(item => item.NetAmount == item.Amount - item.ProrationDetails.DiscountAmounts.Sum(off => off.Amount));
        var (before, after) = (await PreviewAsync(one, included), await PreviewAsync(other, itemized));
        after.Total.ShouldBe(before.Total);
        after.Subtotal.ShouldBe(7_500);
        after.TotalDiscountAmounts.Sum(off => off.Amount).ShouldBe(after.Subtotal - after.Total);
        after.Lines.Data.Where(IsProration).ShouldAllBe(line => line.DiscountAmounts.Single().Amount != 0);
    }

    [Fact]
    public async Task Migrate_BetweenProrationDiscounts_GoesOneWayOnly()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribeAsync(sandbox, new CouponCreateOptions { PercentOff = 20, Duration = "forever" });

        var migrated = await MigrateAsync("itemized");
        var error = await Should.ThrowAsync<StripeException>(() => MigrateAsync("included"));

        (migrated.BillingMode.Type, migrated.BillingMode.Flexible.ProrationDiscounts).ShouldBe(("flexible", "itemized"));
        error.StripeError.Param.ShouldBe("billing_mode[flexible][proration_discounts]");

        Task<Subscription> MigrateAsync(string discounts) => sandbox.Admin.V1.Subscriptions.MigrateAsync(subscription.Id, new SubscriptionMigrateOptions
        {
            BillingMode = new() { Type = "flexible", Flexible = new() { ProrationDiscounts = discounts } },
        });
    }

    private static bool IsProration(InvoiceLineItem line) => line.Parent.SubscriptionItemDetails.Proration;

    private static async Task<List<InvoiceItem>> ItemsAsync(SandboxFixture sandbox, Subscription subscription) =>
        (await sandbox.Admin.V1.InvoiceItems.ListAsync(new InvoiceItemListOptions { Customer = subscription.CustomerId, Pending = true })).Data;

    private static Task<Invoice> PreviewAsync(SandboxFixture sandbox, Subscription subscription) =>
        sandbox.Admin.V1.Invoices.CreatePreviewAsync(new InvoiceCreatePreviewOptions { Subscription = subscription.Id });

    /// <summary>Doubles the seats at half time; the amounts of the items that this makes.</summary>
    private static async Task<long[]> ChangeAsync(SandboxFixture sandbox, Subscription subscription)
    {
        await sandbox.UntilAsync(Middle);
        await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions
        {
            Items = [new SubscriptionItemOptions { Id = subscription.Items.Data[0].Id, Quantity = 2 }],
            ProrationDate = Middle,
        });
        var items = await sandbox.Admin.V1.InvoiceItems.ListAsync(new InvoiceItemListOptions { Customer = subscription.CustomerId, Pending = true });
        items.Data.ShouldAllBe(item => item.Proration && !item.Discountable);
        return [.. items.Data.Select(item => item.Amount).Order()];
    }

    private static async Task<Subscription> SubscribeAsync(SandboxFixture sandbox, CouponCreateOptions coupon, string? discounts = null)
    {
        await sandbox.ControlAsync("clock", new { freeze = true });
        return await sandbox.Admin.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = (await sandbox.CustomerAsync()).Id,
            Items = [new SubscriptionItemOptions { Price = (await sandbox.PriceAsync(3000)).Id }],
            BillingMode = discounts is null ? null : new() { Type = "flexible", Flexible = new() { ProrationDiscounts = discounts } },
            Discounts = [new SubscriptionDiscountOptions { Coupon = (await sandbox.Admin.V1.Coupons.CreateAsync(coupon)).Id }],
        });
    }
}
