using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Prorations are net of discounts: a credit of what was billed, a charge of what is billed now.</summary>
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

    private static async Task<Subscription> SubscribeAsync(SandboxFixture sandbox, CouponCreateOptions coupon)
    {
        await sandbox.ControlAsync("clock", new { freeze = true });
        return await sandbox.Admin.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = (await sandbox.CustomerAsync()).Id,
            Items = [new SubscriptionItemOptions { Price = (await sandbox.PriceAsync(3000)).Id }],
            Discounts = [new SubscriptionDiscountOptions { Coupon = (await sandbox.Admin.V1.Coupons.CreateAsync(coupon)).Id }],
        });
    }
}
