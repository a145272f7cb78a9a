using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class SubscriptionTests
{
    [Fact]
    public async Task UpdateQuantity_HalfWayThrough_ProratesToTheSecond()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribeAsync(sandbox, 2);
        var item = subscription.Items.Data.Single();
        var half = item.CurrentPeriodStart + ((item.CurrentPeriodEnd - item.CurrentPeriodStart) / 2);

        await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions
        {
            Items = [new SubscriptionItemOptions { Id = item.Id, Quantity = 5 }],
            ProrationDate = half,
        });

        var pending = await sandbox.Admin.V1.InvoiceItems.ListAsync(new InvoiceItemListOptions { Customer = subscription.CustomerId, Pending = true });
        pending.Data.Select(i => i.Amount).ShouldBe([7500, -3000], ignoreOrder: true);
        pending.Data.ShouldAllBe(i => i.Proration);
        pending.Data.Select(i => i.Description).ShouldContain(d => d.StartsWith("Unused time on 2 × Team after"));
    }

    [Fact]
    public async Task UpdateQuantity_AlwaysInvoice_ChargesAtOnce()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribeAsync(sandbox, 1);
        await sandbox.ControlAsync("clock", new { advance = "10d" });

        var updated = await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions
        {
            Items = [new SubscriptionItemOptions { Id = subscription.Items.Data[0].Id, Quantity = 2 }],
            ProrationBehavior = "always_invoice",
        });

        var invoice = await sandbox.Admin.V1.Invoices.GetAsync(updated.LatestInvoiceId);
        invoice.BillingReason.ShouldBe("subscription_update");
        invoice.Status.ShouldBe("paid");
        // 21 of 31 days: -2032.26 and +4064.52, each rounded by itself.
        invoice.Total.ShouldBe(2033);
        invoice.Lines.Data.ShouldAllBe(l => l.Parent.SubscriptionItemDetails.Proration);
    }

    [Fact]
    public async Task CreatePreview_WithQuantityChange_ShowsProrationsAndRenewalAndChangesNothing()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribeAsync(sandbox, 1);
        var item = subscription.Items.Data.Single();
        var half = item.CurrentPeriodStart + ((item.CurrentPeriodEnd - item.CurrentPeriodStart) / 2);

        var preview = await sandbox.Client(BillingCopilot.Sandbox.SandboxKeys.Read).V1.Invoices.CreatePreviewAsync(new InvoiceCreatePreviewOptions
        {
            Subscription = subscription.Id,
            SubscriptionDetails = new InvoiceSubscriptionDetailsOptions
            {
                Items = [new InvoiceSubscriptionDetailsItemOptions { Id = item.Id, Quantity = 3 }],
                ProrationDate = half,
            },
        });

        preview.Id.ShouldStartWith("upcoming_in_");
        preview.Lines.Data.Select(l => l.Amount).ShouldBe([-1500, 4500, 9000]);
        preview.Total.ShouldBe(12000);
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).Items.Data[0].Quantity.ShouldBe(1);
        (await sandbox.Admin.V1.InvoiceItems.ListAsync()).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task CreateSubscription_DecliningCard_IsIncompleteWithAnOpenInvoice()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync("pm_card_chargeCustomerFail");

        var subscription = await sandbox.SubscriptionAsync(customer.Id, (await sandbox.PriceAsync()).Id);

        subscription.Status.ShouldBe("incomplete");
        (await sandbox.Admin.V1.Invoices.GetAsync(subscription.LatestInvoiceId)).Status.ShouldBe("open");
    }

    [Fact]
    public async Task CancelAtPeriodEnd_ThenCancelNow_EndsIt()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribeAsync(sandbox, 1);

        var marked = await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true });
        var ended = await sandbox.Admin.V1.Subscriptions.CancelAsync(subscription.Id, new SubscriptionCancelOptions
        {
            CancellationDetails = new SubscriptionCancellationDetailsOptions { Feedback = "too_expensive" },
        });

        marked.CancelAt.ShouldBe(subscription.Items.Data[0].CurrentPeriodEnd);
        ended.Status.ShouldBe("canceled");
        ended.CancellationDetails.Feedback.ShouldBe("too_expensive");
        (await sandbox.Admin.V1.Subscriptions.ListAsync()).Data.ShouldBeEmpty();
        (await sandbox.Admin.V1.Subscriptions.ListAsync(new SubscriptionListOptions { Status = "all" })).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task PauseCollection_SetAndUnset_RoundTrips()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribeAsync(sandbox, 1);

        var paused = await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions
        {
            PauseCollection = new SubscriptionPauseCollectionOptions { Behavior = "keep_as_draft" },
        });
        var events = await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "customer.subscription.updated", Limit = 1 });

        paused.PauseCollection.Behavior.ShouldBe("keep_as_draft");
        ((Subscription)events.Data.Single().Data.Object).PauseCollection.Behavior.ShouldBe("keep_as_draft");
        ((object?)events.Data.Single().Data.PreviousAttributes).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("create_prorations", -1500L)]
    [InlineData("none", null)]
    public async Task CancelAt_WithinAPeriod_CreditsItsRestUnlessRuledOut(string behaviour, long? credit)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ControlAsync("clock", new { freeze = true });
        var subscription = await sandbox.SubscriptionAsync((await sandbox.CustomerAsync()).Id, (await sandbox.PriceAsync(3000)).Id);
        var middle = SandboxFixture.Start.UtcDateTime.AddDays(15.5);
        await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions { CancelAt = middle, ProrationBehavior = behaviour });

        await sandbox.UntilAsync(middle.AddHours(1));

        var ended = await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id);
        (ended.Status, ended.EndedAt).ShouldBe(("canceled", middle));
        var items = await sandbox.Admin.V1.InvoiceItems.ListAsync(new InvoiceItemListOptions { Customer = subscription.CustomerId, Pending = true });
        items.Data.Select(item => (long?)item.Amount).ShouldBe(credit is null ? [] : [credit]);
    }

    [Fact]
    public async Task Migrate_ToFlexible_IsKeptAndNotDoneTwice()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await sandbox.Admin.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = (await sandbox.CustomerAsync()).Id,
            Items = [new SubscriptionItemOptions { Price = (await sandbox.PriceAsync()).Id }],
            BillingMode = new SubscriptionBillingModeOptions { Type = "classic" },
        });
        var flexible = new SubscriptionMigrateOptions { BillingMode = new SubscriptionBillingModeOptions { Type = "flexible" } };

        await sandbox.Admin.V1.Subscriptions.MigrateAsync(subscription.Id, flexible);

        var mode = (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).BillingMode;
        (mode.Type, mode.Flexible.ProrationDiscounts).ShouldBe(("flexible", "included"));
        await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Subscriptions.MigrateAsync(subscription.Id, flexible));
    }

    [Theory]
    [InlineData(3000, "usd", true)]
    [InlineData(3001, "usd", false)]
    [InlineData(100, "eur", false)]
    public async Task PromotionCode_WithAMinimum_IsTakenFromThereOn(long least, string currency, bool taken)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var coupon = await sandbox.Admin.V1.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = 10, Duration = "forever" });
        var code = await sandbox.Admin.V1.PromotionCodes.CreateAsync(new PromotionCodeCreateOptions
        {
            Promotion = new PromotionCodePromotionOptions { Type = "coupon", Coupon = coupon.Id },
            Restrictions = new PromotionCodeRestrictionsOptions { MinimumAmount = least, MinimumAmountCurrency = currency },
        });
        var subscribe = new SubscriptionCreateOptions
        {
            Customer = (await sandbox.CustomerAsync()).Id,
            Items = [new SubscriptionItemOptions { Price = (await sandbox.PriceAsync(3000)).Id }],
            Discounts = [new SubscriptionDiscountOptions { PromotionCode = code.Id }],
        };

        var call = () => sandbox.Admin.V1.Subscriptions.CreateAsync(subscribe);

        if (taken)
        {
            (await call()).DiscountIds.Count.ShouldBe(1);
        }
        else
        {
            (await Should.ThrowAsync<StripeException>(call)).StripeError.Param.ShouldBe("discounts[0][promotion_code]");
        }
    }

    private static async Task<Subscription> SubscribeAsync(SandboxFixture sandbox, long quantity) =>
        await sandbox.SubscriptionAsync((await sandbox.CustomerAsync()).Id, (await sandbox.PriceAsync()).Id, quantity);
}
