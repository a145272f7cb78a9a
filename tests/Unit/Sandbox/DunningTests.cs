using BillingCopilot.Sandbox;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Worlds;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class DunningTests
{
    [Theory]
    [InlineData("cancel", "canceled")]
    [InlineData("unpaid", "unpaid")]
    [InlineData("past_due", "past_due")]
    public async Task Retries_AllFail_SettingDecides(string setting, string status)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ControlAsync("settings", new { after_retries = setting });
        var subscription = await FailingAsync(sandbox, "pm_card_chargeCustomerFail");

        await sandbox.ControlAsync("clock", new { advance = "50d" });

        var left = await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id);
        left.Status.ShouldBe(status);
        var invoice = (await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = subscription.Id, Status = "open" })).Data.Single();
        (invoice.AttemptCount, invoice.NextPaymentAttempt).ShouldBe((8, null));
        var failed = (await sandbox.Admin.V1.Charges.ListAsync(new ChargeListOptions { Customer = subscription.CustomerId })).Data.Where(c => !c.Paid).ToList();
        failed.Count.ShouldBe(8);
        (failed[0].Created - failed[^1].Created).TotalDays.ShouldBeInRange(12, 14);
        left.CancellationDetails.Reason.ShouldBe(setting == "cancel" ? "payment_failed" : null);
    }

    [Fact]
    public async Task FirstFailure_MakesPastDue_InStripesOrder()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await FailingAsync(sandbox, "pm_card_chargeCustomerFail");

        await sandbox.UntilAsync(subscription.Items.Data[0].CurrentPeriodEnd.AddHours(2));

        var invoice = await sandbox.Admin.V1.Invoices.GetAsync((await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).LatestInvoiceId);
        (invoice.Status, invoice.AttemptCount, invoice.Attempted).ShouldBe(("open", 1, true));
        invoice.NextPaymentAttempt.ShouldNotBeNull();
        var types = (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Limit = 6 })).Data.Select(e => e.Type).Reverse().ToList();
        types.ShouldBe(["charge.failed", "payment_intent.payment_failed", "invoice.payment_failed", "invoice.updated", "customer.updated", "customer.subscription.updated"]);
    }

    [Fact]
    public async Task HardDecline_ScheduleGoesOnWithoutACharge_UntilANewCard()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await FailingAsync(sandbox, "pm_card_visa_chargeDeclinedLostCard");

        await sandbox.UntilAsync(subscription.Items.Data[0].CurrentPeriodEnd.AddDays(6));
        var charges = await sandbox.Admin.V1.Charges.ListAsync(new ChargeListOptions { Customer = subscription.CustomerId });
        var invoice = (await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = subscription.Id, Status = "open" })).Data.Single();
        charges.Data.Count(c => !c.Paid).ShouldBe(1);
        invoice.AttemptCount.ShouldBeGreaterThan(2);

        await DefaultAsync(sandbox, subscription.CustomerId, "pm_card_visa");
        await sandbox.ControlAsync("clock", new { advance = "5d" });

        (await sandbox.Admin.V1.Invoices.GetAsync(invoice.Id)).Status.ShouldBe("paid");
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).Status.ShouldBe("active");
        (await sandbox.Admin.V1.Customers.GetAsync(subscription.CustomerId)).Delinquent.ShouldBe(false);
    }

    [Fact]
    public async Task World_SaysUntilWhenACardDeclines_AndWhatMovesTheCustomer()
    {
        var account = new AccountState("acct_1SandboxTests000");
        var start = new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);
        var world = new World("lumen", 1, "small", start, account, WorldTold.Nothing);
        await using var sandbox = await SandboxFixture.StartAsync(world, new FakeTimeProvider(start));
        var (waits, asked) = (await Sub(sandbox), await Sub(sandbox));
        account.PaymentBehaviours[await CardAsync(sandbox, waits)] = $"insufficient_funds until={start.AddDays(36).ToUnixTimeSeconds()}";
        account.PaymentBehaviours[await CardAsync(sandbox, asked)] = "expired_card";
        account.PaymentBehaviours[asked.CustomerId] = "asked=portal_link:7200";

        await sandbox.ControlAsync("clock", new { advance = "32d" });
        (await StatusAsync(sandbox, waits), await StatusAsync(sandbox, asked)).ShouldBe(("past_due", "past_due"));
        await sandbox.Admin.V1.BillingPortal.Sessions.CreateAsync(new Stripe.BillingPortal.SessionCreateOptions { Customer = asked.CustomerId });
        await sandbox.ControlAsync("clock", new { advance = "3h" });
        (await StatusAsync(sandbox, waits), await StatusAsync(sandbox, asked)).ShouldBe(("past_due", "active"));
        await sandbox.ControlAsync("clock", new { advance = "12d" });

        (await StatusAsync(sandbox, waits)).ShouldBe("active");
    }

    [Fact]
    public async Task SentInvoice_NotPaidByItsDueDate_IsOverdue()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync(card: null);
        var subscription = await sandbox.Admin.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = customer.Id,
            Items = [new SubscriptionItemOptions { Price = (await sandbox.PriceAsync()).Id }],
            CollectionMethod = "send_invoice",
            DaysUntilDue = 14,
        });

        await sandbox.ControlAsync("clock", new { advance = "15d" });

        (await StatusAsync(sandbox, subscription)).ShouldBe("past_due");
        (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "invoice.overdue" })).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task FirstInvoice_NeverPaid_ExpiresAfter23Hours()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync("pm_card_chargeCustomerFail");
        var subscription = await sandbox.SubscriptionAsync(customer.Id, (await sandbox.PriceAsync()).Id);
        subscription.Status.ShouldBe("incomplete");

        await sandbox.ControlAsync("clock", new { advance = "24h" });

        (await StatusAsync(sandbox, subscription)).ShouldBe("incomplete_expired");
        (await sandbox.Admin.V1.Invoices.GetAsync(subscription.LatestInvoiceId)).Status.ShouldBe("void");
    }

    private static async Task<Subscription> Sub(SandboxFixture sandbox) =>
        await sandbox.SubscriptionAsync((await sandbox.CustomerAsync()).Id, (await sandbox.PriceAsync()).Id);

    private static async Task<string> CardAsync(SandboxFixture sandbox, Subscription subscription) =>
        (await sandbox.Admin.V1.Customers.GetAsync(subscription.CustomerId)).InvoiceSettings.DefaultPaymentMethodId;

    private static async Task<string> StatusAsync(SandboxFixture sandbox, Subscription subscription) =>
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).Status;

    private static async Task<Subscription> FailingAsync(SandboxFixture sandbox, string card)
    {
        var subscription = await Sub(sandbox);
        await DefaultAsync(sandbox, subscription.CustomerId, card);
        return subscription;
    }

    private static async Task DefaultAsync(SandboxFixture sandbox, string customer, string card)
    {
        var method = await sandbox.Admin.V1.PaymentMethods.AttachAsync(card, new PaymentMethodAttachOptions { Customer = customer });
        await sandbox.Admin.V1.Customers.UpdateAsync(customer, new CustomerUpdateOptions
        {
            InvoiceSettings = new CustomerInvoiceSettingsOptions { DefaultPaymentMethod = method.Id },
        });
    }
}
