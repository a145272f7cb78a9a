using Shouldly;
using Stripe;
using Stripe.TestHelpers;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class TestClockTests
{
    private static readonly DateTime Start = new(2027, 1, 31, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Advance_MovesOnlyItsCustomers()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var other = await sandbox.SubscriptionAsync((await sandbox.CustomerAsync()).Id, (await sandbox.PriceAsync()).Id);
        var clock = await CreateAsync(sandbox);
        var subscription = await SubscribedAsync(sandbox, clock.Id);
        (subscription.Created, subscription.TestClockId).ShouldBe((Start, clock.Id));

        var advancing = await sandbox.Admin.V1.TestHelpers.TestClocks.AdvanceAsync(clock.Id, new TestClockAdvanceOptions { FrozenTime = Start.AddMonths(1).AddHours(2) });
        var ready = await sandbox.Admin.V1.TestHelpers.TestClocks.GetAsync(clock.Id);

        (advancing.Status, advancing.FrozenTime).ShouldBe(("advancing", Start));
        advancing.StatusDetails.Advancing.TargetFrozenTime.ShouldBe(Start.AddMonths(1).AddHours(2));
        (ready.Status, ready.FrozenTime).ShouldBe(("ready", Start.AddMonths(1).AddHours(2)));
        var invoices = (await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = subscription.Id })).Data;
        invoices.Select(i => (i.Created, i.Status, i.TestClockId)).ShouldBe([(Start.AddMonths(1), "paid", clock.Id), (Start, "paid", clock.Id)]);
        (await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = other.Id })).Data.Count.ShouldBe(1);
        var types = (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "test_helpers.test_clock.*" })).Data.Select(e => e.Type[24..]);
        types.ShouldBe(["ready", "advancing", "created"]);
    }

    [Fact]
    public async Task Lists_LeaveItsCustomersOut_UnlessAsked()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var clock = await CreateAsync(sandbox);
        var subscription = await SubscribedAsync(sandbox, clock.Id);

        (await sandbox.Admin.V1.Customers.ListAsync()).Data.ShouldBeEmpty();
        (await sandbox.Admin.V1.Customers.ListAsync(new CustomerListOptions { TestClock = clock.Id })).Data.Single().Id.ShouldBe(subscription.CustomerId);
        (await sandbox.Admin.V1.TestHelpers.TestClocks.ListAsync()).Data.Single().Name.ShouldBe("renewals");
    }

    [Fact]
    public async Task Charge_UnderAClock_SettlesByThatClock()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var clock = await CreateAsync(sandbox);
        await SubscribedAsync(sandbox, clock.Id);
        var pending = (await sandbox.Admin.V1.BalanceTransactions.ListAsync()).Data.Single();
        (pending.Status, pending.Created).ShouldBe(("pending", Start));

        await sandbox.ControlAsync("clock", new { advance = "500d" });
        (await sandbox.Admin.V1.BalanceTransactions.GetAsync(pending.Id)).Status.ShouldBe("pending");
        await sandbox.Admin.V1.TestHelpers.TestClocks.AdvanceAsync(clock.Id, new TestClockAdvanceOptions { FrozenTime = Start.AddDays(3) });

        (await sandbox.Admin.V1.BalanceTransactions.GetAsync(pending.Id)).Status.ShouldBe("available");
    }

    [Fact]
    public async Task Delete_TakesItsCustomersAlong()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var clock = await CreateAsync(sandbox);
        var subscription = await SubscribedAsync(sandbox, clock.Id);

        (await sandbox.Admin.V1.TestHelpers.TestClocks.DeleteAsync(clock.Id)).Deleted.ShouldBe(true);

        (await sandbox.Admin.V1.Customers.GetAsync(subscription.CustomerId)).Deleted.ShouldBe(true);
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).Status.ShouldBe("canceled");
        await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.TestHelpers.TestClocks.GetAsync(clock.Id));
    }

    [Theory]
    [InlineData(-1, "must be after")]
    [InlineData(0, "must be after")]
    [InlineData(70, "two intervals")]
    public async Task Advance_BackOrTooFar_IsRefused(int days, string words)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var clock = await CreateAsync(sandbox);
        await SubscribedAsync(sandbox, clock.Id);

        var error = await Should.ThrowAsync<StripeException>(() =>
            sandbox.Admin.V1.TestHelpers.TestClocks.AdvanceAsync(clock.Id, new TestClockAdvanceOptions { FrozenTime = Start.AddDays(days) }));

        error.StripeError.Param.ShouldBe("frozen_time");
        error.Message.ShouldContain(words);
    }

    private static async Task<TestClock> CreateAsync(SandboxFixture sandbox) =>
        await sandbox.Admin.V1.TestHelpers.TestClocks.CreateAsync(new TestClockCreateOptions { FrozenTime = Start, Name = "renewals" });

    private static async Task<Subscription> SubscribedAsync(SandboxFixture sandbox, string clock)
    {
        var customer = await sandbox.Admin.V1.Customers.CreateAsync(new CustomerCreateOptions { TestClock = clock });
        var card = await sandbox.Admin.V1.PaymentMethods.AttachAsync("pm_card_visa", new PaymentMethodAttachOptions { Customer = customer.Id });
        await sandbox.Admin.V1.Customers.UpdateAsync(customer.Id, new CustomerUpdateOptions
        {
            InvoiceSettings = new CustomerInvoiceSettingsOptions { DefaultPaymentMethod = card.Id },
        });
        return await sandbox.SubscriptionAsync(customer.Id, (await sandbox.PriceAsync()).Id);
    }
}
