using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class RenewalCasesTests
{
    [Fact]
    public async Task Usage_IsBilledWithThePeriodItFellIn_AndOnceMoreAtTheEnd()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var account = sandbox.Server.World.Account;
        var now = SandboxFixture.Start.ToUnixTimeSeconds();
        account.Put(MeterObject.Create("mtr_test", now, "API calls", "api_calls"));
        account.Put(PriceObject.Create(new PriceSpec
        {
            Id = "price_metered",
            Created = now,
            Product = (await sandbox.PriceAsync()).ProductId,
            Currency = "usd",
            Meter = "mtr_test",
            Tiers = [new PriceTierSpec(100, 5m), new PriceTierSpec(null, 2m)],
        }));
        var subscription = await sandbox.SubscriptionAsync((await sandbox.CustomerAsync()).Id, "price_metered");
        Use(sandbox, subscription, 150, day: 3);
        Use(sandbox, subscription, 40, day: 35);

        await sandbox.ControlAsync("clock", new { advance = "33d" });
        var renewal = await LatestAsync(sandbox, subscription.Id);
        await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true });
        await sandbox.ControlAsync("clock", new { advance = "33d" });

        renewal.Lines.Data.Select(l => (l.Quantity, l.Amount)).ShouldBe([(100, 500), (50, 100)]);
        (renewal.Status, renewal.Total).ShouldBe(("paid", 600));
        var last = await LatestAsync(sandbox, subscription.Id);
        (last.Status, last.Total, last.Lines.Data.Single().Period.Start).ShouldBe(("paid", 200, renewal.Created));
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).Status.ShouldBe("canceled");
    }

    [Theory]
    [InlineData("keep_as_draft", "draft")]
    [InlineData("mark_uncollectible", "uncollectible")]
    [InlineData("void", "void")]
    public async Task PauseCollection_DoesAsItsBehaviourSays(string behavior, string status)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribedAsync(sandbox);
        await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions
        {
            PauseCollection = new SubscriptionPauseCollectionOptions { Behavior = behavior },
        });

        await sandbox.ControlAsync("clock", new { advance = "40d" });

        (await LatestAsync(sandbox, subscription.Id)).Status.ShouldBe(status);
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).Status.ShouldBe("active");
        (await sandbox.Admin.V1.Charges.ListAsync()).Data.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("cancel", "canceled", "customer.subscription.deleted")]
    [InlineData("pause", "paused", "customer.subscription.paused")]
    [InlineData("create_invoice", "past_due", "invoice.payment_failed")]
    public async Task TrialEnds_WithoutACard_AsItsSettingSays(string setting, string status, string @event)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var trial = await sandbox.Admin.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = (await sandbox.CustomerAsync(card: null)).Id,
            Items = [new SubscriptionItemOptions { Price = (await sandbox.PriceAsync()).Id }],
            TrialPeriodDays = 7,
        });
        Patch(sandbox, trial.Id, s => s["trial_settings"]!["end_behavior"]!["missing_payment_method"] = setting);

        await sandbox.ControlAsync("clock", new { advance = "171h" });

        (await sandbox.Admin.V1.Subscriptions.GetAsync(trial.Id)).Status.ShouldBe(status);
        (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = @event })).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Unpaid_LaterInvoicesStayDrafts_AndAPaymentOfTheLatestRevives()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ControlAsync("settings", new { after_retries = "unpaid", invoice_after_retries = "uncollectible" });
        var subscription = await SubscribedAsync(sandbox);
        await CardAsync(sandbox, subscription.CustomerId, "pm_card_chargeCustomerFail");

        await sandbox.ControlAsync("clock", new { advance = "65d" });
        var invoices = (await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = subscription.Id })).Data;
        invoices.Select(i => i.Status).ShouldBe(["draft", "uncollectible", "paid"]);

        await CardAsync(sandbox, subscription.CustomerId, "pm_card_visa");
        await sandbox.Admin.V1.Invoices.PayAsync(invoices[0].Id);

        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).Status.ShouldBe("active");
    }

    [Fact]
    public async Task CardThatTheNetworkRenews_GoesOnPaying()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (renewed, expires) = (await SubscribedAsync(sandbox), await SubscribedAsync(sandbox));
        var card = await DefaultAsync(sandbox, renewed);
        sandbox.Server.World.Account.PaymentBehaviours[card] = "renewed";
        foreach (var id in (string[])[card, await DefaultAsync(sandbox, expires)])
        {
            await sandbox.Admin.V1.PaymentMethods.UpdateAsync(id, new PaymentMethodUpdateOptions { Card = new PaymentMethodCardOptions { ExpMonth = 12, ExpYear = 2026 } });
        }

        await sandbox.UntilAsync(new DateTime(2027, 1, 5, 0, 0, 0, DateTimeKind.Utc));

        (await sandbox.Admin.V1.Subscriptions.GetAsync(renewed.Id)).Status.ShouldBe("active");
        (await sandbox.Admin.V1.Subscriptions.GetAsync(expires.Id)).Status.ShouldBe("past_due");
        (await sandbox.Admin.V1.PaymentMethods.GetAsync(card)).Card.ExpYear.ShouldBe(2029);
        (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "payment_method.automatically_updated" })).Data.Single().Created
            .ShouldBe(new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    }

    [Fact]
    public async Task RateLimits_NewInvoicesOfASubscription_AreTenAMinute()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribedAsync(sandbox);
        await sandbox.ControlAsync("rate_limits", new { mode = "live" });

        for (var i = 2; i < 12; i++)
        {
            await ChangeAsync(sandbox, subscription, i);
        }

        var error = await Should.ThrowAsync<StripeException>(() => ChangeAsync(sandbox, subscription, 12));
        error.StripeResponse.Headers.GetValues("Stripe-Rate-Limited-Reason").Single().ShouldBe("resource-specific");
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).Items.Data[0].Quantity.ShouldBe(11);
        await sandbox.ControlAsync("clock", new { advance = "2m" });
        await ChangeAsync(sandbox, subscription, 12);
    }

    private static Task<Subscription> ChangeAsync(SandboxFixture sandbox, Subscription subscription, long quantity) =>
        sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions
        {
            Items = [new SubscriptionItemOptions { Id = subscription.Items.Data[0].Id, Quantity = quantity }],
            ProrationBehavior = "always_invoice",
        });

    private static async Task<Subscription> SubscribedAsync(SandboxFixture sandbox) =>
        await sandbox.SubscriptionAsync((await sandbox.CustomerAsync()).Id, (await sandbox.PriceAsync()).Id);

    private static async Task<Invoice> LatestAsync(SandboxFixture sandbox, string subscription) =>
        await sandbox.Admin.V1.Invoices.GetAsync((await sandbox.Admin.V1.Subscriptions.GetAsync(subscription)).LatestInvoiceId);

    private static async Task<string> DefaultAsync(SandboxFixture sandbox, Subscription subscription) =>
        (await sandbox.Admin.V1.Customers.GetAsync(subscription.CustomerId)).InvoiceSettings.DefaultPaymentMethodId;

    private static async Task CardAsync(SandboxFixture sandbox, string customer, string card)
    {
        var method = await sandbox.Admin.V1.PaymentMethods.AttachAsync(card, new PaymentMethodAttachOptions { Customer = customer });
        await sandbox.Admin.V1.Customers.UpdateAsync(customer, new CustomerUpdateOptions
        {
            InvoiceSettings = new CustomerInvoiceSettingsOptions { DefaultPaymentMethod = method.Id },
        });
    }

    private static void Use(SandboxFixture sandbox, Subscription subscription, int value, int day) => sandbox.Server.World.Account.Put(MeterEventObject.Create(
        $"mev_{day}", 0, "api_calls", $"use-{day}",
        new Dictionary<string, string> { ["stripe_customer_id"] = subscription.CustomerId, ["value"] = $"{value}" },
        SandboxFixture.Start.AddDays(day).ToUnixTimeSeconds()));

    private static void Patch(SandboxFixture sandbox, string id, Action<JsonObject> change)
    {
        var copy = sandbox.Server.World.Account.Find(id)!.DeepClone().AsObject();
        change(copy);
        sandbox.Server.World.Account.Put(copy);
    }
}
