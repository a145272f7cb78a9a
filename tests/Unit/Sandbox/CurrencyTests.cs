using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>A customer is billed in one currency; amounts have as many digits as their currency.</summary>
public sealed class CurrencyTests
{
    [Fact]
    public async Task Customer_BilledInOneCurrency_TakesNoOther()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = (await sandbox.CustomerAsync()).Id;
        var subscription = await sandbox.SubscriptionAsync(customer, (await sandbox.PriceAsync()).Id);
        var euros = await PriceAsync(sandbox, "eur");

        string[] refusals =
        [
            await RefusalAsync(() => sandbox.SubscriptionAsync(customer, euros.Id)),
            await RefusalAsync(() => ItemAsync(sandbox, customer, 500, "eur")),
        ];
        var mixed = await RefusalAsync(() => sandbox.Admin.V1.Subscriptions.UpdateAsync(
            subscription.Id, new SubscriptionUpdateOptions { Items = [new SubscriptionItemOptions { Price = euros.Id }] }));

        refusals.ShouldAllBe(message => message.StartsWith("You cannot combine currencies on a single customer.") && message.Contains("usd"));
        mixed.ShouldBe("The price specified only supports `eur`. This doesn't match the expected currency: `usd`.");
        await sandbox.Admin.V1.Subscriptions.CancelAsync(subscription.Id);
        (await sandbox.SubscriptionAsync(customer, euros.Id)).Currency.ShouldBe("eur");
    }

    [Theory]
    [InlineData("kwd", 5_120, true)]
    [InlineData("kwd", 5_124, false)]
    [InlineData("jpy", 5_124, true)]
    [InlineData("usd", 5_124, true)]
    public async Task Amount_OfThreeDecimals_EndsInZero(string currency, long amount, bool taken)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = (await sandbox.CustomerAsync()).Id;
        Func<Task>[] calls = [() => sandbox.ChargeAsync(amount, currency), () => ItemAsync(sandbox, customer, amount, currency)];

        foreach (var call in calls)
        {
            if (taken)
            {
                await call();
                continue;
            }

            (await Should.ThrowAsync<StripeException>(call)).StripeError.Param.ShouldBe("amount");
        }
    }

    [Theory]
    [InlineData("jpy", 1_001, 500, 501)]
    [InlineData("kwd", 10_010, 5_000, 5_010)]
    public async Task Proration_AtHalfTime_IsInWholeUnitsOfTheCurrency(string currency, long price, long least, long most)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ControlAsync("clock", new { freeze = true });
        var customer = (await sandbox.CustomerAsync()).Id;
        var subscription = await sandbox.SubscriptionAsync(customer, (await PriceAsync(sandbox, currency, price)).Id);
        var middle = SandboxFixture.Start.UtcDateTime.AddDays(15.5);
        await sandbox.UntilAsync(middle);

        await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions
        {
            Items = [new SubscriptionItemOptions { Id = subscription.Items.Data[0].Id, Quantity = 2 }],
            ProrationDate = middle,
        });

        var items = (await sandbox.Admin.V1.InvoiceItems.ListAsync(new InvoiceItemListOptions { Customer = customer, Pending = true })).Data;
        (-items.Min(item => item.Amount)).ShouldBeInRange(least, most);
        items.ShouldAllBe(item => currency != "kwd" || item.Amount % 10 == 0);
    }

    private static Task<Price> PriceAsync(SandboxFixture sandbox, string currency, long amount = 3_000) => sandbox.Admin.V1.Prices.CreateAsync(new PriceCreateOptions
    {
        Currency = currency,
        UnitAmount = amount,
        Recurring = new PriceRecurringOptions { Interval = "month" },
        ProductData = new PriceProductDataOptions { Name = "Team" },
    });

    private static Task<InvoiceItem> ItemAsync(SandboxFixture sandbox, string customer, long amount, string currency) =>
        sandbox.Admin.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = customer, Amount = amount, Currency = currency });

    private static async Task<string> RefusalAsync(Func<Task> call) => (await Should.ThrowAsync<StripeException>(call)).Message;
}
