using BillingCopilot.Sandbox.Objects;
using Stripe;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Customers of every sort, drawn from a seed, and some months of their lives.</summary>
internal sealed class Lives(SandboxFixture sandbox, int seed)
{
    private static readonly string[] Cards =
        ["pm_card_visa", "pm_card_visa", "pm_card_mastercard", "pm_card_chargeCustomerFail", "pm_card_visa_chargeDeclinedLostCard"];

    private readonly SeededRandom _random = new SeededRandom((ulong)seed).Stream("lives");
    private readonly List<Subscription> _subscriptions = [];

    public async Task LiveAsync(int customers, int months)
    {
        for (var i = 0; i < customers; i++)
        {
            await BeginAsync();
        }

        for (var i = 0; i < months * 3; i++)
        {
            await sandbox.ControlAsync("clock", new { advance = $"{_random.Between(5, 15)}d" });
            await ChangeAsync(_random.Pick(_subscriptions));
        }
    }

    private async Task BeginAsync()
    {
        var currency = _random.Pick<string>(["usd", "eur", "jpy", "kwd"]);
        var customer = await sandbox.CustomerAsync(name: $"Customer {_subscriptions.Count}");
        var sent = _random.Chance(20);
        var subscription = await sandbox.Admin.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = customer.Id,
            Items = [new SubscriptionItemOptions { Price = await PriceAsync(currency), Quantity = _random.Between(1, 9) }],
            Discounts = [.. await CouponsAsync(currency)],
            TrialPeriodDays = _random.Chance(20) ? _random.Between(2, 20) : null,
            CollectionMethod = sent ? "send_invoice" : "charge_automatically",
            DaysUntilDue = sent ? _random.Between(5, 20) : null,
        });
        _subscriptions.Add(subscription);
        await ReplaceCardAsync(subscription, _random.Pick(Cards));
    }

    private async Task ChangeAsync(Subscription subscription)
    {
        var present = await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id);
        if (present.Status is "canceled" or "incomplete_expired")
        {
            return;
        }

        switch (_random.Between(0, 5))
        {
            case 0:
                await ReplaceCardAsync(subscription, _random.Pick(Cards));
                break;
            case 1:
                await sandbox.Admin.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions
                {
                    Customer = subscription.CustomerId,
                    Amount = _random.Between(-40, 900) * 10,
                    Currency = subscription.Currency,
                });
                break;
            case 2:
                await sandbox.Admin.V1.Customers.BalanceTransactions.CreateAsync(subscription.CustomerId, new CustomerBalanceTransactionCreateOptions
                {
                    Amount = _random.Between(-500, 100) * 10,
                    Currency = subscription.Currency,
                });
                break;
            case 3:
                await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions { CancelAtPeriodEnd = !present.CancelAtPeriodEnd });
                break;
            case 4:
                await sandbox.Admin.V1.SubscriptionItems.UpdateAsync(present.Items.Data[0].Id, new SubscriptionItemUpdateOptions { Quantity = _random.Between(1, 12) });
                break;
            default:
                await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions
                {
                    PauseCollection = new SubscriptionPauseCollectionOptions { Behavior = _random.Pick<string>(["void", "mark_uncollectible"]), ResumesAt = present.Items.Data[0].CurrentPeriodEnd.AddDays(3) },
                });
                break;
        }
    }

    private async Task<string> PriceAsync(string currency) => (await sandbox.Admin.V1.Prices.CreateAsync(new PriceCreateOptions
    {
        Currency = currency,
        UnitAmount = _random.Between(50, 2_000) * 10,
        Recurring = new PriceRecurringOptions { Interval = _random.Chance(80) ? "month" : "week" },
        ProductData = new PriceProductDataOptions { Name = "Plan" },
    })).Id;

    private async Task<List<SubscriptionDiscountOptions>> CouponsAsync(string currency)
    {
        var coupons = new List<SubscriptionDiscountOptions>();
        for (var i = _random.Between(0, 2); i > 0; i--)
        {
            var duration = _random.Pick<string>(["once", "repeating", "forever"]);
            var percent = _random.Chance(50);
            var coupon = await sandbox.Admin.V1.Coupons.CreateAsync(new CouponCreateOptions
            {
                PercentOff = percent ? _random.Between(3, 60) : null,
                AmountOff = percent ? null : _random.Between(10, 900) * 10,
                Currency = percent ? null : currency,
                Duration = duration,
                DurationInMonths = duration == "repeating" ? _random.Between(1, 3) : null,
            });
            coupons.Add(new SubscriptionDiscountOptions { Coupon = coupon.Id });
        }

        return coupons;
    }

    private async Task ReplaceCardAsync(Subscription subscription, string card)
    {
        var method = await sandbox.Admin.V1.PaymentMethods.AttachAsync(card, new PaymentMethodAttachOptions { Customer = subscription.CustomerId });
        await sandbox.Admin.V1.Customers.UpdateAsync(subscription.CustomerId, new CustomerUpdateOptions
        {
            InvoiceSettings = new CustomerInvoiceSettingsOptions { DefaultPaymentMethod = method.Id },
        });
    }
}
